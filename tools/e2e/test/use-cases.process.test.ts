import anyTest, { type TestFn } from 'ava';
import { testUseCases } from './support/use-cases.ts';
import type { World } from './support/world.ts';

testUseCases(anyTest as TestFn<World>, 'sqlite', async () => undefined);
