#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCli } from './run.ts';

const { version } = JSON.parse(readFileSync(new URL(import.meta.resolve('@p2pimg/stego/package.json')), 'utf8')) as {
  version: string;
};
const { stdout, stderr, exitCode } = runCli(process.argv.slice(2), version);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;
