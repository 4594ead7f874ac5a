/** A thread that hides pictures in covers (SPEC S7). Covers are compiled once in each thread. */

import { hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { decodeCover, defaultProfile, embed, LimitExceededError, pixelsFor, StegoError } from '@p2pimg/stego';
import { decodeUpload } from '@p2pimg/wire';
import { CoverSizes } from './cover-sizes.ts';
import type {
  EncodeAnswer,
  EncodeTask,
  EncodeWorkerData,
  FromEncodeThread,
  ToEncodeThread,
} from './encode-messages.ts';
import { standardCover } from './standard-cover.ts';

const { covers, defaultCover } = workerData as EncodeWorkerData;
const compiled = new Map<string, CoverSizes>();

/** Answers leave together, unless the first of them has waited for this long already. */
const TOGETHER_MS = 4;

parentPort?.on('message', (tasks: ToEncodeThread) => {
  let answers: FromEncodeThread[number][] = [];
  let since = performance.now();
  for (const { id, task } of tasks) {
    answers.push(answerTo(id, task));
    if (performance.now() - since < TOGETHER_MS) continue;
    send(answers);
    answers = [];
    since = performance.now();
  }
  if (answers.length > 0) send(answers);
});

function answerTo(id: number, task: EncodeTask): FromEncodeThread[number] {
  try {
    return { id, answer: task.kind === 'prepare' ? prepare() : encode(task) };
  } catch (error) {
    return { id, defect: error instanceof Error ? error.message : 'failed' };
  }
}

/** Pictures are handed over, not copied. */
function send(answers: FromEncodeThread): void {
  const pictures = answers.flatMap((answered) =>
    'answer' in answered && answered.answer.kind === 'encoded' ? [answered.answer.picture.buffer as ArrayBuffer] : [],
  );
  parentPort?.postMessage(answers, pictures);
}

function prepare(): EncodeAnswer {
  for (const name of [defaultCover, ...covers.map((cover) => cover.name)]) {
    try {
      coverNamed(name);
    } catch (error) {
      if (error instanceof StegoError) return { kind: 'badCover', name, problem: error.message };
      throw error;
    }
  }
  return { kind: 'prepared' };
}

function encode({ upload, digest, mime, cover }: Extract<EncodeTask, { kind: 'encode' }>): EncodeAnswer {
  const { contentKey, picture } = decodeUpload(upload);
  if (sha256(picture) !== digest) return refused('digest_mismatch', 'the picture has another digest than the request');
  if (!looksLike(mime, picture)) return refused('not_an_image', 'the file is not the kind of picture it is said to be');
  const found = coverNamed(cover ?? defaultCover);
  if (found === undefined) return refused('unknown_cover', 'this cloud has no such cover');
  try {
    const fitting = found.fitting(pixelsFor(picture.length + mime.length, defaultProfile));
    const stego = embed(fitting, picture, { key: contentKey, mime, fit: 'tile', rows: 'all' });
    return { kind: 'encoded', picture: stego, digest: sha256(stego) };
  } catch (error) {
    if (error instanceof LimitExceededError) return refused('too_large', 'the picture is too large');
    throw error;
  }
}

function coverNamed(name: string): CoverSizes | undefined {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const file = covers.find((cover) => cover.name === name);
  if (file === undefined && name !== defaultCover) return undefined;
  const fresh = new CoverSizes(file === undefined ? standardCover() : decodeCover(file.bytes));
  compiled.set(name, fresh);
  return fresh;
}

/** By the first bytes alone: what is hidden is nobody's business here, and is never decoded. */
function looksLike(mime: string, bytes: Uint8Array): boolean {
  const start = mime === 'image/png' ? [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] : [0xff, 0xd8, 0xff];
  return start.every((byte, i) => bytes[i] === byte);
}

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

function refused(code: string, message: string): EncodeAnswer {
  return { kind: 'refused', code, message };
}
