import { optimizeLate } from '../../src/engine.ts';

optimizeLate();
