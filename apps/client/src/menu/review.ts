import type { QueuedRequest, ReceivedOffer } from '@p2pimg/client';
import { delivered } from '../wording.ts';
import { askMode, WITNESSED } from './ask-mode.ts';
import type { Screen } from './screen.ts';

/** Approve, approve fewer, approve with a choice of who counts, reject, or back. */
export async function reviewRequest(screen: Screen, request: QueuedRequest): Promise<void> {
  const { api, say, pick, askViews } = screen;
  const { id, from, views } = request;
  const answer = await pick(`Give client ${from} what it asks for?`, [
    { name: 'Approve', value: 'approve' },
    { name: 'Approve fewer, or another number of views', value: 'other' },
    { name: 'Approve, and choose who counts the views', value: 'mode' },
    { name: 'Reject', value: 'reject' },
  ] as const);
  if (answer === undefined) return;
  if (answer === 'reject') {
    const { delivery } = await api.call('reject', { id });
    say(`Rejected: ${delivered(delivery, from)}.`);
    return;
  }
  const given = answer === 'other' ? await askViews(`How many views? Client ${from} asks for ${views}`) : views;
  if (given === undefined) return;
  const mode = answer === 'mode' ? await askMode(screen) : WITNESSED;
  if (mode === undefined) return;
  const { delivery } = await api.call('approve', { id, views: given, mode });
  say(`Approved: ${delivered(delivery, from)}.`);
}

export async function reviewOffer({ api, say, pick }: Screen, { id, from }: ReceivedOffer): Promise<void> {
  const answer = await pick(`Take the picture that client ${from} offers?`, [
    { name: 'Accept', value: 'accept' },
    { name: 'Decline', value: 'decline' },
  ] as const);
  if (answer === undefined) return;
  const { delivery } = await api.call(answer, { id });
  say(`${answer === 'accept' ? 'Accepted' : 'Declined'}: ${delivered(delivery, from)}.`);
}
