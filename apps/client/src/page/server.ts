/**
 * One picture for one browser tab, from memory, on loopback. Who has the one-time token in the address's fragment (which browsers
 * neither send nor log) gets a cookie and is told what the picture is called; who has the cookie gets the picture, once; when the tab is
 * closed, all ends.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PAGE_HTML, PAGE_SCRIPT, PAGE_STYLE } from './html.ts';

export interface PagePicture {
  readonly bytes: Uint8Array;
  readonly mime: string;
  readonly title: string;
  readonly caption: string;
}

/** When nobody is there any more; in ms. */
export interface PageTimes {
  /** A page that nobody opens ends after this. */
  readonly unopenedMs: number;
  /** A tab that got its session and has not come to stay by then has died. */
  readonly settledMs: number;
  /** A tab that stays no more is closed after this: one that sleeps for a moment is not. */
  readonly closedMs: number;
}

const TIMES: PageTimes = { unopenedMs: 120_000, settledMs: 10_000, closedMs: 1_500 };
const COOKIE = 'p2pimg-view';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const POLICY = [
  "default-src 'none'",
  'img-src blob:',
  "connect-src 'self'",
  `script-src ${hashOf(PAGE_SCRIPT)}`,
  `style-src ${hashOf(PAGE_STYLE)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

export class PageServer {
  /** With the token in its fragment. */
  readonly url: string;
  /** Resolves when the page has been closed, or was never opened. */
  readonly closed: Promise<void>;
  readonly #server: Server;
  readonly #origin: string;
  readonly #token: string = randomBytes(32).toString('base64url');
  readonly #cookie: string = randomBytes(32).toString('base64url');
  #picture: PagePicture | undefined;
  readonly #times: PageTimes;
  #tokenUsed = false;
  /** Requests that are open as long as a tab is. */
  #staying = 0;
  #timer: NodeJS.Timeout | undefined;
  #end: () => void = () => {};

  private constructor(server: Server, picture: PagePicture, times: PageTimes) {
    this.#server = server;
    this.#picture = picture;
    this.#times = times;
    const { port } = server.address() as AddressInfo;
    this.#origin = `http://127.0.0.1:${port}`;
    this.url = `${this.#origin}/#${this.#token}`;
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#closeAfter(times.unopenedMs);
    server.on('request', (request, response) => this.#answer(request, response));
  }

  static async open(picture: PagePicture, times: PageTimes = TIMES): Promise<PageServer> {
    const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new PageServer(server, picture, times);
  }

  /** Forgets the picture and ends. Idempotent. */
  close(): void {
    clearTimeout(this.#timer);
    this.#picture = undefined;
    this.#server.close();
    this.#server.closeAllConnections();
    this.#end();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (`http://${request.headers.host}` !== this.#origin) {
      refuse(response, 421);
      return;
    }
    const { origin } = request.headers;
    if (origin !== undefined && origin !== this.#origin) {
      refuse(response, 403);
      return;
    }
    switch (`${request.method} ${request.url}`) {
      case 'GET /':
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.end(PAGE_HTML);
        return;
      case 'POST /session':
        this.#openSession(request, response, origin);
        return;
      case 'GET /picture':
        this.#sendPicture(request, response);
        return;
      case 'GET /alive':
        this.#stay(request, response);
        return;
      default:
        refuse(response, 404);
    }
  }

  /** The token works once, and only from this page. */
  #openSession(request: IncomingMessage, response: ServerResponse, origin: string | undefined): void {
    const given = request.headers['x-p2pimg-token'];
    const picture = this.#picture;
    if (
      origin === undefined ||
      picture === undefined ||
      this.#tokenUsed ||
      typeof given !== 'string' ||
      !same(given, this.#token)
    ) {
      refuse(response, 403);
      return;
    }
    this.#tokenUsed = true;
    this.#closeAfter(this.#times.settledMs);
    response.setHeader('Set-Cookie', `${COOKIE}=${this.#cookie}; HttpOnly; SameSite=Strict; Path=/`);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ title: picture.title, caption: picture.caption }));
  }

  #sendPicture(request: IncomingMessage, response: ServerResponse): void {
    const picture = this.#picture;
    if (!this.#hasCookie(request) || picture === undefined) {
      refuse(response, 403);
      return;
    }
    this.#picture = undefined;
    response.setHeader('Content-Type', picture.mime);
    response.end(picture.bytes);
  }

  /** Open as long as the tab is. */
  #stay(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#hasCookie(request)) {
      refuse(response, 403);
      return;
    }
    clearTimeout(this.#timer);
    this.#staying++;
    response.setHeader('Content-Type', 'text/event-stream');
    response.write(': here\n\n');
    response.on('close', () => {
      if (--this.#staying === 0) this.#closeAfter(this.#times.closedMs);
    });
  }

  #closeAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(), ms);
  }

  #hasCookie(request: IncomingMessage): boolean {
    const cookies = (request.headers.cookie ?? '').split('; ');
    return cookies.some((cookie) => same(cookie, `${COOKIE}=${this.#cookie}`));
  }
}

function refuse(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end();
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
