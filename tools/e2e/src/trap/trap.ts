import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { SpawnedProcess } from '@p2pimg/testkit';

const PRELOAD = fileURLToPath(new URL('./preload.ts', import.meta.url));

/** Kills a process at one of its effects; over several lives of it. */
export class Trap {
  readonly #control: string;
  /** What the process has to be started with. */
  readonly environment: Readonly<Record<string, string>>;

  /**
   * @param control a file for this trap alone
   * @param ignoredPorts datagrams from them are no effects
   */
  constructor(control: string, ignoredPorts: readonly number[] = []) {
    this.#control = control;
    this.environment = {
      NODE_OPTIONS: `--import=${PRELOAD}`,
      P2PIMG_TRAP: control,
      P2PIMG_TRAP_IGNORES: ignoredPorts.join(),
    };
  }

  /** From now on the process dies right before its n-th effect; 0: it does not. Returns its effects since the last time. */
  async arm(child: Pick<SpawnedProcess, 'line' | 'lineCount' | 'signal'>, effects: number): Promise<number> {
    await writeFile(this.#control, String(effects));
    const after = child.lineCount;
    child.signal('SIGUSR2');
    const line = await child.line('trap set to', { after });
    return Number(/after (\d+) effects/.exec(line)?.[1]);
  }
}
