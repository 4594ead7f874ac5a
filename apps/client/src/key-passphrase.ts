import { PassphraseNeededError, WrongPassphraseError } from '@p2pimg/identity';
import { CommandError, EXIT } from './exit.ts';

/** How often somebody may try. */
const ATTEMPTS = 3;

/** Whom to ask for the passphrase of the keys. */
export interface Asking {
  /** Somebody is there. */
  readonly ask: boolean;
  /** Takes the question back. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Opens what the passphrase of the key file opens; asks for it when one is needed, none was given and somebody is there (`ask`).
 * @throws CommandError when nobody may be asked, WrongPassphraseError, whatever `open` throws
 */
export async function withKeyPassphrase<T>(
  given: string | undefined,
  { ask, signal }: Asking,
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
      const message = wrong ? 'Wrong. Passphrase of the keys:' : 'Passphrase of the keys:';
      passphrase = await password({ message }, signal === undefined ? {} : { signal });
    }
  }
}
