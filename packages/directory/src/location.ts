/** Where a directory is: `sqlite:///path`, a plain path, `sqlite::memory:`, or `mysql://` with one or more endpoints. */

import { fileURLToPath } from 'node:url';
import { InvalidError } from './errors.ts';

export interface MysqlEndpoint {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export type DirectoryLocation =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'mysql'; readonly endpoints: readonly MysqlEndpoint[] };

const MAX_ENDPOINTS = 16;

/**
 * `mysql://user:password@host1:3306,host2:3306/database` names the nodes of one cluster, the preferred writer first;
 * so do several whole URLs separated by commas or blanks.
 * @throws InvalidError; it never quotes the URL, which may hold a password
 */
export function parseLocation(url: string): DirectoryLocation {
  if (url.startsWith('mysql:')) return { kind: 'mysql', endpoints: mysqlEndpoints(url) };
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (url === '' || (scheme !== undefined && scheme !== 'sqlite' && scheme !== 'file')) {
    throw new InvalidError('url', 'not sqlite:///path, a path, or mysql://user@host:port/database');
  }
  return { kind: 'sqlite', path: sqlitePath(url) };
}

function sqlitePath(url: string): string {
  if (url.startsWith('file:')) return filePath(url);
  if (!url.startsWith('sqlite:')) return url;
  if (url.startsWith('sqlite://')) return filePath(url.replace(/^sqlite:/, 'file:'));
  const path = url.slice('sqlite:'.length);
  if (path === '') throw new InvalidError('url', 'names no file');
  return path;
}

function filePath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw new InvalidError('url', 'not an absolute path on this machine: sqlite:///path'); // never the URL itself
  }
}

function mysqlEndpoints(url: string): MysqlEndpoint[] {
  const urls = url
    .split(/[\s,]+(?=mysql:)/)
    .flatMap(expandHosts)
    .map(mysqlEndpoint);
  if (urls.length > MAX_ENDPOINTS) throw new InvalidError('url', `more than ${MAX_ENDPOINTS} endpoints`);
  if (new Set(urls.map(({ database }) => database)).size > 1) {
    throw new InvalidError('url', 'the endpoints name different databases');
  }
  return urls;
}

/** `mysql://user@a:1,b:2/db` is `mysql://user@a:1/db` and `mysql://user@b:2/db`. */
function expandHosts(url: string): string[] {
  const parts = /^(mysql:\/\/(?:[^@/]*@)?)([^/]+)(\/.*)$/.exec(url);
  if (parts === null) throw new InvalidError('url', 'not mysql://user@host:port/database');
  const [, before = '', hosts = '', after = ''] = parts;
  return hosts.split(',').map((host) => `${before}${host}${after}`);
}

function mysqlEndpoint(text: string): MysqlEndpoint {
  const url = URL.parse(text);
  const database = decodeURIComponent(url?.pathname.slice(1) ?? '');
  if (url === null || url.hostname === '' || !/^[\w$-]{1,64}$/.test(database)) {
    throw new InvalidError('url', 'not mysql://user@host:port/database');
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username) || 'p2pimg',
    password: decodeURIComponent(url.password),
    database,
  };
}
