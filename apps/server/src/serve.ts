/** The only file that loads the server itself: commands that do not run one start quicker without it. */

import {
  CloudConfigError,
  DirectoryUnusableError,
  PortUnavailableError,
  type RunningServer,
  type ServerConfig,
  ServerStartError,
  startServer,
} from '@p2pimg/cloud';
import { CommandError, EXIT } from './exit.ts';

/** @throws CommandError when it cannot start */
export async function serve(config: ServerConfig): Promise<RunningServer> {
  try {
    return await startServer(config);
  } catch (error) {
    if (error instanceof PortUnavailableError || error instanceof DirectoryUnusableError) {
      throw new CommandError(error.message, EXIT.unavailable, { cause: error });
    }
    if (error instanceof ServerStartError || error instanceof CloudConfigError) {
      throw new CommandError(error.message, EXIT.settings, { cause: error });
    }
    throw error;
  }
}
