import type { Client, Progress } from '@p2pimg/client';
import type { Api, ApiArgs, ApiMethod, ApiResult } from './api.ts';

type WithProgress = {
  readonly [M in ApiMethod]: (args: ApiArgs<M>, onProgress?: (progress: Progress) => void) => Promise<ApiResult<M>>;
};

export interface LocalApiOptions {
  readonly daemon: boolean;
  /** Of the key file: a copy of it has the same. */
  readonly passphrase: string | undefined;
}

/** A client in this process. */
export function localApi(client: Client, { daemon, passphrase }: LocalApiOptions): Api {
  const methods: WithProgress = {
    status: async () => ({
      clientId: client.clientId,
      signedIn: client.signedIn,
      fingerprint: client.fingerprint,
      links: client.links,
      port: client.address.port,
      waiting: client.waiting,
      daemon,
    }),
    register: ({ token }) => client.register(token === undefined ? {} : { token }),
    rotateKeys: ({ recoveryKey }) => client.rotateKeys(recoveryKey === undefined ? {} : { recoveryKey }),
    recover: ({ clientId, recoveryKey }) => client.recover(clientId, recoveryKey),
    backup: ({ folder }) => client.backup(folder, passphrase === undefined ? {} : { passphrase }),
    signIn: () => client.signIn(),
    shutdown: () => client.shutdown(),
    encode: ({ path, name, cover }, onProgress) =>
      client.encode(path, {
        ...(name === undefined ? {} : { name }),
        ...(cover === undefined ? {} : { cover }),
        ...(onProgress === undefined ? {} : { onProgress }),
      }),
    unpublish: ({ imageId }) => client.unpublish(imageId),
    activeUsers: () => client.activeUsers(),
    requestImage: ({ ownerId, imageId, views }) => client.requestImage(ownerId, imageId, views),
    requestMore: ({ imageId, views }) => client.requestMore(imageId, views),
    openRequests: async () => client.openRequests(),
    requests: async () => client.requests(),
    approve: ({ id, views, mode }) =>
      client.approve(id, { ...(views === undefined ? {} : { views }), ...(mode === undefined ? {} : { mode }) }),
    reject: ({ id }) => client.reject(id),
    offers: async () => client.offers(),
    accept: ({ id }) => client.accept(id),
    decline: ({ id }) => client.decline(id),
    ownImages: async () => client.ownImages(),
    peerImages: async () => client.peerImages(),
    view: ({ imageId }) => client.view(imageId),
    sharedRights: async () => client.sharedRights(),
    changeRights: ({ imageId, viewerId, change }) => client.changeRights(imageId, viewerId, change),
    share: ({ imageId, viewerId, views, mode }) =>
      client.share(imageId, viewerId, views, mode === undefined ? {} : { mode }),
    contacts: async () => client.contacts(),
    block: ({ clientId, blocked }) => client.block(clientId, blocked),
    trust: ({ clientId }) => client.trust(clientId),
    history: async () => client.history(),
  };
  return {
    daemon,
    stop: undefined,
    call: <M extends ApiMethod>(method: M, args: ApiArgs<M>, onProgress?: (progress: Progress) => void) =>
      (methods[method] as WithProgress[M])(args, onProgress),
    onNews: (listener) => client.onNews(listener),
    close: () => client.close(),
  };
}
