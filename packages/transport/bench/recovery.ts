/** What an acknowledgement costs the sender, with and without many packets that were declared lost before: `[--json] [--small]`. */

import { type Figure, race, runBenches } from '@p2pimg/testkit/bench';
import { FrameType } from '@p2pimg/wire';
import { Bbr } from '../src/core/recovery/bbr.ts';
import { Recovery } from '../src/core/recovery/recovery.ts';
import type { PacketOwner } from '../src/core/recovery/sent-packets.ts';

const LOST = 8_000;
const owner: PacketOwner = { packetAcked: () => {}, resend: () => {} };

/** Sends `lost` packets that never arrive, and then packets that are acknowledged one by one, in one instant. */
function acknowledge(lost: number, acks: number): void {
  const recovery = new Recovery(new Bbr(), 10, 1 << 24);
  for (let i = 0; i < lost; i++) recovery.onSent(1024, owner, 0, 0);
  // The first acknowledgement declares all of them lost; they are remembered for four time-outs.
  for (let i = 0; i < acks; i++) {
    const number = recovery.onSent(1024, owner, 0, 20);
    recovery.onAck({ type: FrameType.ack, delay: 0, ranges: [{ first: number, last: number }] }, 30);
  }
}

await runBenches({
  recovery: async ({ effort, small }): Promise<Figure[]> => {
    const acks = small ? 50 : 2_000;
    const [clean, lossy] = await race(
      [
        { name: 'an ack', run: () => acknowledge(0, acks) },
        { name: `an ack, ${LOST} packets lost before`, run: () => acknowledge(small ? 50 : LOST, acks) },
      ],
      effort,
    );
    const figure = { bench: 'recovery', unit: 'µs' };
    return [
      { ...figure, metric: clean!.name, value: (clean!.ms * 1e3) / acks },
      {
        ...figure,
        metric: lossy!.name,
        value: (lossy!.ms * 1e3) / acks,
        against: clean!.name,
        ratio: clean!.ms / lossy!.ms,
      },
    ];
  },
});
