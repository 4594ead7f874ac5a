import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { closestMatch } from 'leven';
import { addConfig } from './commands/config.ts';
import { contextOf } from './commands/context.ts';
import { addDaemon } from './commands/daemon.ts';
import { addDoctor } from './commands/doctor.ts';
import { addIdentity } from './commands/identity.ts';
import { addPeople } from './commands/people.ts';
import { addPictures } from './commands/pictures.ts';
import { addSharing } from './commands/sharing.ts';
import { CommandError, EXIT } from './exit.ts';

/** The command line. Commands throw; `main.ts` turns what they throw into one line and an exit code. */
export function createProgram(): Command {
  const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
    readonly description: string;
  };
  const program = new Command('p2pimg').description(description).version(version);
  program
    .showSuggestionAfterError()
    .exitOverride()
    .option('--profile <name>', 'name of a profile, or the path of its folder (default: default)')
    .option('--manifest <file>', "the cloud's signed manifest; needed once")
    .option('--config <file>', 'TOML file with settings')
    .option('--timeout <seconds>', 'give up after so long (default: 60)')
    .option('--bind-host <ip>', 'address of the UDP port for peers (default: 0.0.0.0)')
    .option('--bind-port <port>', 'UDP port for peers; 0 takes a free one (default: 0)')
    .option('--advertise <ip>', 'address that peers are told')
    .addOption(new Option('--visibility <who>', 'who sees this client: everyone, contacts or nobody'))
    .option('--log-level <level>', "what goes into the profile's log file")
    .option('--json', 'one JSON object on standard output')
    .option('--no-input', 'never ask; fail instead')
    .option('--yes', 'answer yes to "are you sure?"');
  program.action(async (_: object, command: Command) => {
    const [unknown] = command.args;
    if (unknown !== undefined) throw unknownCommand(program, unknown);
    const context = await contextOf(command);
    if (!context.options.input || process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
      throw new CommandError(
        'the menu needs a terminal; "p2pimg --help" lists the commands for scripts',
        EXIT.usage,
        'usage',
      );
    }
    const { runMenu } = await import('./menu/run.ts');
    await runMenu(context.settings);
  });
  addPeople(program);
  addIdentity(program);
  addPictures(program);
  addSharing(program);
  addDaemon(program);
  addDoctor(program);
  addConfig(program);
  // Last, because commands inherit it: of those, each argument too many is a mistake.
  program.allowExcessArguments();
  program.addHelpText(
    'after',
    '\nWithout a command: the menu.\nExit codes: 0 ok, 1 error, 2 usage, 3 no views left or revoked, 4 not signed in, 5 rejected,\n6 queued because the peer is offline, 7 cloud unreachable, 130 interrupted.',
  );
  return program;
}

function unknownCommand(program: Command, name: string): CommandError {
  const names = program.commands.map((command) => command.name());
  const nearest = closestMatch(name, names, { maxDistance: Math.max(2, Math.floor(name.length / 3)) });
  const hint = nearest === undefined ? 'see --help' : `did you mean ${nearest}?`;
  return new CommandError(`unknown command ${JSON.stringify(name).slice(0, 80)}: ${hint}`, EXIT.usage, 'usage');
}
