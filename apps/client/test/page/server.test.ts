import { request } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import { PAGE_HTML } from '../../src/page/html.ts';
import { PageServer, type PageTimes } from '../../src/page/server.ts';

const picture = { bytes: Buffer.from('the picture'), mime: 'image/png', title: '<b>"title"', caption: 'one & only' };

const NEVER: PageTimes = { unopenedMs: 3_600_000, settledMs: 3_600_000, closedMs: 3_600_000 };

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function opened(
  t: ExecutionContext,
  times?: PageTimes,
): Promise<{ page: PageServer; ask: (asked: Asked) => Promise<Answer>; origin: string; token: string }> {
  const page = await PageServer.open(picture, times);
  t.teardown(() => page.close());
  const url = new URL(page.url);
  const ask = ({ method = 'GET', path = '/', headers = {} }: Asked): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: url.port, method, path, headers, agent: false }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      });
      sent.on('error', reject);
      sent.end();
    });
  return { page, ask, origin: url.origin, token: url.hash.slice(1) };
}

const cookieOf = ({ headers }: Answer): string => String(headers['set-cookie']?.[0]).split(';')[0] ?? '';

test('M5: token in the fragment, cookie for it once, the picture for the cookie once, from memory alone', async (t) => {
  const { ask, origin, token } = await opened(t);
  const html = await ask({});
  t.is(html.status, 200);
  t.is(html.body, PAGE_HTML, 'without a session nothing is told, not even what the picture is called');
  const session = { method: 'POST', path: '/session', headers: { origin, 'x-p2pimg-token': token } };
  const granted = await ask(session);
  t.deepEqual(JSON.parse(granted.body), { title: picture.title, caption: picture.caption });
  t.regex(String(granted.headers['set-cookie']?.[0]), /; HttpOnly; SameSite=Strict; Path=\/$/);
  t.is((await ask(session)).status, 403, 'the token works once');
  const cookie = cookieOf(granted);
  t.is((await ask({ path: '/picture' })).status, 403);
  const shown = await ask({ path: '/picture', headers: { cookie } });
  t.is(shown.body, 'the picture');
  t.is((await ask({ path: '/picture', headers: { cookie } })).status, 403, 'the picture is given once');
  for (const { headers } of [html, granted, shown]) {
    t.is(headers['cache-control'], 'no-store');
    t.regex(
      String(headers['content-security-policy']),
      /^default-src 'none'; .*script-src 'sha256-[^']+'; .*frame-ancestors 'none'$/,
    );
    t.is(headers['x-content-type-options'], 'nosniff');
    t.is(headers['referrer-policy'], 'no-referrer');
  }
});

test('M5: other hosts (DNS rebinding), other origins, no origin, wrong tokens and wrong cookies get nothing', async (t) => {
  const { ask, origin, token } = await opened(t);
  t.is((await ask({ headers: { host: 'evil.example' } })).status, 421);
  t.is((await ask({ headers: { host: `localhost:${new URL(origin).port}` } })).status, 421);
  const session = (headers: Readonly<Record<string, string>>): Promise<Answer> =>
    ask({ method: 'POST', path: '/session', headers });
  t.is((await session({ origin: 'http://evil.example', 'x-p2pimg-token': token })).status, 403);
  t.is((await session({ 'x-p2pimg-token': token })).status, 403);
  t.is((await session({ origin })).status, 403);
  t.is((await session({ origin, 'x-p2pimg-token': `${token}x` })).status, 403);
  t.is((await ask({ path: '/picture', headers: { cookie: 'p2pimg-view=x' } })).status, 403);
  t.is((await ask({ path: '/alive' })).status, 403);
  t.is((await ask({ path: '/../picture' })).status, 404);
  t.is((await session({ origin, 'x-p2pimg-token': token })).status, 200, 'the right token still works');
});

test('M5: a tab that dies with a session, before it stays, ends everything', async (t) => {
  const { page, ask, origin, token } = await opened(t, { ...NEVER, settledMs: 10 });
  t.is((await ask({})).status, 200, 'looking at the page alone ends nothing');
  t.is((await ask({ method: 'POST', path: '/session', headers: { origin, 'x-p2pimg-token': token } })).status, 200);
  await page.closed;
  await t.throwsAsync(ask({}), { code: 'ECONNREFUSED' });
});

test('M5: a page that nobody opens ends', async (t) => {
  const { page, ask } = await opened(t, { ...NEVER, unopenedMs: 10 });
  await page.closed;
  await t.throwsAsync(ask({}), { code: 'ECONNREFUSED' });
});

test('M5: closing the page ends everything', async (t) => {
  const { page, ask, origin, token } = await opened(t);
  const granted = await ask({ method: 'POST', path: '/session', headers: { origin, 'x-p2pimg-token': token } });
  const alive = request({
    host: '127.0.0.1',
    port: new URL(origin).port,
    path: '/alive',
    headers: { cookie: cookieOf(granted) },
  });
  const started = new Promise((resolve) => alive.once('response', resolve));
  alive.end();
  await started;
  alive.on('error', () => {}); // it is we who end it
  alive.destroy();
  await page.closed;
  await t.throwsAsync(ask({}), { code: 'ECONNREFUSED' });
});
