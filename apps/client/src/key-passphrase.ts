import { PassphraseNeededError, WrongPassphraseError } from '@p2pimg/identity';
import { CommandError, EXIT } from './exit.ts';

/** How often somebody may try. */
const ATTEMPTS = 3;

/**
 * Opens what the passphrase of the key file opens; asks for it when one is needed, none was given and somebody is there (`ask`).
 * @throws CommandError when nobody may be asked, WrongPassphraseError, whatever `open` throws
 */
export async function withKeyPassphrase<T>(
  given: string | undefined,
  ask: boolean,
  open: (passphrase: string | undefined) => Promise<T>,
): Promise<T> {
  let passphrase = given;
  for (let attempt = 0; ; attempt++) {
    try {
      return await open(passphrase);
    } catch (error) {
      const wrong = error instanceof WrongPassphraseError && attempt > 0;
      if (!wrong && !(error instanceof PassphraseNeededError)) throw error;
      if (!ask) throw new CommandError(`${error.message}: set P2PIMG_CLIENT_PASSPHRASE`, EXIT.usage, 'passphrase');
      if (attempt === ATTEMPTS) throw error;
      const { password } = await import('@inquirer/prompts');
      passphrase = await password({ message: wrong ? 'Wrong. Passphrase of the keys:' : 'Passphrase of the keys:' });
    }
  }
}
