import type { Progress } from '@p2pimg/client';
import { unlessAborted } from '../interruption.ts';
import type { Api, ApiArgs, ApiMethod, ApiResult } from './api.ts';

/** The same client for as long as the signal allows: calls reject with its reason then. What they have begun may still be done. */
export function abortable(api: Api, signal: AbortSignal): Api {
  return {
    daemon: api.daemon,
    stop: api.stop,
    call: async <M extends ApiMethod>(
      method: M,
      args: ApiArgs<M>,
      onProgress?: (progress: Progress) => void,
    ): Promise<ApiResult<M>> => {
      signal.throwIfAborted();
      return unlessAborted<ApiResult<M>>(signal, api.call(method, args, onProgress));
    },
    onNews: (listener) => api.onNews(listener),
    close: () => api.close(),
  };
}
