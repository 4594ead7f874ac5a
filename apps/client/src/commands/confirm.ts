import { CommandError, EXIT } from '../exit.ts';
import { type CommandContext, mayAsk } from './context.ts';

/** Before what cannot be undone: `--yes`, or a yes at a terminal. @throws CommandError */
export async function confirmed(context: CommandContext, question: string): Promise<void> {
  if (context.options.yes) return;
  if (!mayAsk(context)) throw new CommandError('this cannot be undone: say --yes', EXIT.usage, 'usage');
  const { confirm } = await import('@inquirer/prompts');
  if (!(await confirm({ message: question, default: false }))) {
    throw new CommandError('nothing was changed', EXIT.error, 'declined');
  }
}
