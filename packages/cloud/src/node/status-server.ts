import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Address } from '@p2pimg/transport';
import { PortUnavailableError } from './errors.ts';
import type { MetricsPage } from './metrics.ts';

/** Of whoever looks at the pages; the rest is turned away. */
const MAX_CONNECTIONS = 64;

export interface StatusPages {
  /** Undefined when the server may be given work, else the reason why not. */
  readonly notReady: () => string | undefined;
  readonly status: () => object;
  readonly metrics: () => Promise<MetricsPage>;
}

/** `/healthz`, `/readyz`, `/statusz` and `/metrics` for machines and operators. Not for the open network. */
export class StatusServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws PortUnavailableError */
  static async open({ host, port }: Address, pages: StatusPages): Promise<StatusServer> {
    const server = createServer((request, response) => {
      const page = answer(request.url ?? '/', pages).catch(() => plain(500, 'the page could not be made'));
      void page.then(({ code, type, text }) => {
        response.writeHead(code, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
      });
    });
    server.requestTimeout = 5_000;
    server.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(new PortUnavailableError('status', host, port, error)));
      server.listen(port, host, resolve);
    });
    return new StatusServer(server);
  }

  get address(): Address {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

interface Page {
  readonly code: number;
  readonly type: string;
  readonly text: string;
}

async function answer(url: string, pages: StatusPages): Promise<Page> {
  switch (url.split('?')[0]) {
    case '/healthz':
      return plain(200, 'ok');
    case '/readyz': {
      const reason = pages.notReady();
      return reason === undefined ? plain(200, 'ready') : plain(503, reason);
    }
    case '/statusz':
      return { code: 200, type: 'application/json', text: `${JSON.stringify(pages.status(), undefined, 2)}\n` };
    case '/metrics': {
      const { contentType, text } = await pages.metrics();
      return { code: 200, type: contentType, text };
    }
    default:
      return plain(404, 'there are /healthz, /readyz, /statusz and /metrics');
  }
}

function plain(code: number, text: string): Page {
  return { code, type: 'text/plain; charset=utf-8', text: `${text}\n` };
}
