import { tuneEngine } from '../../src/engine.ts';

tuneEngine();
