import { readFileSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import { Command, Option } from 'commander';
import { closestMatch } from 'leven';
import { addAccount } from './commands/account.ts';
import { addAsking } from './commands/asking.ts';
import { addBackup } from './commands/backup.ts';
import { addConfig } from './commands/config.ts';
import { contextOf, mayAsk } from './commands/context.ts';
import { addDaemon } from './commands/daemon.ts';
import { addDoctor } from './commands/doctor.ts';
import { addIdentity } from './commands/identity.ts';
import { addOffers, addShare } from './commands/offers.ts';
import { addPeople } from './commands/people.ts';
import { addPictures } from './commands/pictures.ts';
import { addRequests } from './commands/requests.ts';
import { addRights } from './commands/rights.ts';
import { addView } from './commands/view.ts';
import { CommandError, EXIT } from './exit.ts';

const FOOTER = `
Without a command: the menu. "p2pimg COMMAND --help" tells more of each.
Exit codes: 0 ok, 1 error, 2 usage, 3 no views left or revoked, 4 not signed in, 5 rejected,
6 queued because the peer is offline, 7 cloud unreachable, 130 interrupted.`;

/**
 * The command line. Commands throw; `main.ts` turns what they throw into one line and an exit code.
 * @param options `json`: mistakes in the command line are not written, because `main.ts` does so as JSON
 */
export function createProgram({ json }: { readonly json: boolean }): Command {
  const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
    readonly description: string;
  };
  const program = new Command('p2pimg').description(description).version(version, '--version', 'print the version');
  program
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeErr: (text) => void (json || process.stderr.write(text)),
      outputError: (text, write) => write(text.replace(/^error: /, 'p2pimg: ')),
    })
    .helpOption('-h, --help', 'print help')
    .option('--profile <name>', 'name of a profile, or the path of its folder (default: default)')
    .option('--manifest <file>', "the cloud's signed manifest; needed once")
    .option('--config <file>', 'TOML file with settings')
    .option('--timeout <seconds>', 'give up after so long (default: 60)')
    .option('--bind-host <ip>', 'address of the UDP port for peers (default: 0.0.0.0)')
    .option('--bind-port <port>', 'UDP port for peers; 0 takes a free one (default: 0)')
    .option('--advertise <ip>', 'address that peers are told')
    .addOption(new Option('--visibility <who>', 'who sees this client: everyone, contacts or nobody'))
    .option('--log-level <level>', "what goes into the profile's log file: error, warn, info, debug or silent")
    .option('--json', 'one JSON object on standard output')
    .option('--no-input', 'never ask; fail instead')
    .option('--yes', 'answer yes to "are you sure?"');
  program.action(async (_: object, command: Command) => {
    const [unknown] = command.args;
    if (unknown !== undefined) throw unknownCommand(program, unknown);
    const context = await contextOf(command);
    if (!mayAsk(context)) {
      const message = 'the menu needs a terminal; "p2pimg --help" lists the commands for scripts';
      throw new CommandError(message, EXIT.usage, 'usage');
    }
    const { runMenu } = await import('./menu/run.ts');
    await runMenu(context.settings);
  });
  program.commandsGroup('Being there:');
  addAccount(program);
  addDaemon(program);
  program.commandsGroup('Own pictures:');
  addPictures(program);
  addShare(program);
  addRequests(program);
  addRights(program);
  program.commandsGroup("Others' pictures:");
  addAsking(program);
  addOffers(program);
  addView(program);
  program.commandsGroup('Others:');
  addPeople(program);
  program.commandsGroup('This client:');
  addIdentity(program);
  addBackup(program);
  addDoctor(program);
  addConfig(program);
  program.addHelpCommand(
    program.createCommand('help').argument('[command]').description('print help').helpGroup('This client:'),
  );
  tab(program, { completionCommandName: 'completion' });
  for (const command of program.commands) prepare(program, command);
  // Last, because commands inherit it: of those, each argument too many is a mistake.
  program.allowExcessArguments();
  program.addHelpText('after', FOOTER);
  return program;
}

/** Mistakes show how the command is used; a group refuses a command that it does not have, instead of handing it to its default. */
function prepare(parent: Command, command: Command): void {
  const name = `${parent.name()} ${command.name()}`;
  command.showHelpAfterError(`usage: ${name.startsWith('p2pimg') ? '' : 'p2pimg '}${name} ${command.usage()}`);
  if (command.commands.length === 0) return;
  command.hook('preSubcommand', () => {
    const [first] = command.args;
    const known = command.commands.some((each) => each.name() === first);
    if (first !== undefined && !first.startsWith('-') && !known && first !== 'help')
      throw unknownCommand(command, first);
  });
  for (const child of command.commands) prepare(command, child);
}

function unknownCommand(parent: Command, name: string): CommandError {
  const names = parent.commands.map((command) => command.name());
  const nearest = closestMatch(name, names, { maxDistance: Math.max(2, Math.floor(name.length / 3)) });
  const hint = nearest === undefined ? 'see --help' : `did you mean ${nearest}?`;
  const where = parent.parent === null ? '' : ` of ${parent.name()}`;
  return new CommandError(`unknown command ${JSON.stringify(name).slice(0, 80)}${where}: ${hint}`, EXIT.usage, 'usage');
}
