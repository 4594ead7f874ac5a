import type { Flow, Flows } from './flows.ts';

/** Runs flows side by side, and ends with the last of them. What one throws is a defect: it ends alone. */
export function* together(flows: Flows, bodies: readonly Flow<void>[]): Flow<void> {
  const last = flows.token();
  let open = bodies.length;
  for (const body of bodies) {
    flows.spawn(
      (function* () {
        try {
          yield* body;
        } finally {
          open -= 1;
          if (open === 0) flows.settle(last, undefined);
        }
      })(),
    );
  }
  if (open > 0) yield* flows.wait<void>(last);
}
