/** Preloaded into a program (`--import`): writes the modules that it has loaded to the file `P2PIMG_LOADED`, one a line. */

import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const file = process.env.P2PIMG_LOADED ?? '';

registerHooks({
  load: (url, context, next) => {
    appendFileSync(file, `${url}\n`);
    return next(url, context);
  },
});
