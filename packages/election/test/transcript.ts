import { Cloud, type CloudOptions } from './cloud.ts';

/**
 * Runs a transcript: commands, each followed by `----` and what it shows. Lines that begin with `#` are for the reader.
 *
 *   cloud servers=3 loads=0.9,0.2,0.5 [seed=1] [hold=… interval=…]     must come first
 *   run 500              lets 500 virtual ms pass
 *   crash b [1000]       the process ends [and starts again after 1,000 ms]
 *   freeze b 600         the process is not scheduled for 600 ms
 *   cut a b,c 600        no datagram passes between a and b, c for 600 ms
 *   stop b               SIGTERM
 *   directory off        (or on) stops answering
 *   view                 what each server believes
 */
export function replay(transcript: string): string {
  const runner = new Runner();
  return transcript
    .split(/\n{2,}/)
    .map((block) => {
      const head = block.split('\n----')[0]!.trimEnd();
      const commands = head.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      if (commands.length === 0) return head;
      const shown = commands.flatMap((command) => runner.execute(command));
      return shown.length === 0 ? head : `${head}\n----\n${shown.join('\n')}`;
    })
    .join('\n\n')
    .concat('\n');
}

/** Too many and too alike to be read. */
const HIDDEN = /heartbeat|priorities:|probe |ignores/;

class Runner {
  #cloud: Cloud | undefined;
  #lines: string[] = [];

  execute(command: string): string[] {
    const [verb = '', ...rest] = command.split(' ');
    this.#lines = [];
    if (verb === 'cloud') this.#create(rest);
    else this.#act(this.#cloud!, verb, rest);
    return this.#lines;
  }

  #create(settings: readonly string[]): void {
    const map = new Map(settings.map((setting) => setting.split('=') as [string, string]));
    const number = (key: string, fallback: number): number => Number(map.get(key) ?? fallback);
    const trace = (line: string): void => void (HIDDEN.test(line) || this.#lines.push(line.trimEnd()));
    const options: CloudOptions = {
      servers: number('servers', 3),
      seed: number('seed', 1),
      loads: (map.get('loads') ?? '').split(',').map(Number),
      ...(map.has('hold') && { token: { holdMs: number('hold', 0), intervalMs: number('interval', 0) } }),
      trace,
    };
    this.#cloud = new Cloud(options);
  }

  #act(cloud: Cloud, verb: string, rest: readonly string[]): void {
    const { simulation } = cloud;
    const { now: at } = simulation;
    const node = (): number => cloud.number(rest[0]!);
    switch (verb) {
      case 'run':
        simulation.runUntil(at + Number(rest[0]));
        break;
      case 'crash':
        simulation.apply({
          kind: 'crash',
          at,
          node: node(),
          disk: 'lost',
          ...(rest[1] && { downMs: Number(rest[1]) }),
        });
        break;
      case 'freeze':
        simulation.apply({ kind: 'pause', at, node: node(), forMs: Number(rest[1]) });
        break;
      case 'cut': {
        const [from, to] = rest.slice(0, 2).map((ids) => ids.split(',').map((id) => cloud.number(id)));
        simulation.apply({ kind: 'partition', at, from: from!, to: to!, oneWay: false, forMs: Number(rest[2]) });
        break;
      }
      case 'stop':
        simulation.apply({ kind: 'signal', at, node: node(), signal: 'SIGTERM' });
        break;
      case 'directory':
        cloud.directory.up = rest[0] === 'on';
        break;
      case 'view':
        this.#show(cloud);
        break;
      default:
        throw new Error(`unknown command ${verb}`);
    }
  }

  #show(cloud: Cloud): void {
    for (const [i, { id }] of cloud.members.entries()) {
      const view = cloud.server(i)?.election.view();
      const members = view?.members.map((member) =>
        member.state === 'alive' ? member.id : `${member.id} ${member.state}`,
      );
      this.#lines.push(
        view
          ? `${id}: leader ${view.leader}, group ${view.epoch}.${view.revision}: ${members?.join(' > ')}`
          : `${id}: down`,
      );
    }
  }
}
