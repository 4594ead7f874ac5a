/** Whether an IP literal means the machine that uses it: such an address is of no use to anybody elsewhere. */
export function isThisMachine(host: string): boolean {
  const groups = ipv6Groups(host);
  if (groups === undefined) return /^(127|0)\./.test(host);
  const [last = 0, beforeLast = 0] = groups.toReversed();
  if (groups.slice(0, 5).some((group) => group !== 0)) return false;
  if (groups[5] === 0xffff) return beforeLast >>> 8 === 127 || beforeLast >>> 8 === 0;
  return groups[5] === 0 && beforeLast === 0 && last <= 1;
}

/** Whether an IP literal names many machines at once: what is sent there multiplies. */
function isMany(host: string): boolean {
  const groups = ipv6Groups(host);
  if (groups === undefined) return Number.parseInt(host, 10) >= 224;
  const [, beforeLast = 0] = groups.toReversed();
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  return isMapped ? beforeLast >>> 8 >= 224 : (groups[0] ?? 0) >>> 8 === 0xff;
}

/** Whether an address may be told to a client that is seen at `asker`. */
export function mayAdvertise(host: string, asker: string): boolean {
  return !isMany(host) && (!isThisMachine(host) || isThisMachine(asker));
}

/** Whoever has one IPv6 address has the 2^64 of its network: they count as one. */
export function networkOf(host: string): string {
  const groups = ipv6Groups(host);
  const isMapped = groups?.slice(0, 5).every((group) => group === 0) === true;
  return groups === undefined || isMapped ? host : groups.slice(0, 4).join(':');
}

/** The eight groups of an IPv6 literal, however it is written; undefined for IPv4. */
function ipv6Groups(host: string): readonly number[] | undefined {
  if (!host.includes(':')) return undefined;
  // The URL standard's serializer: hexadecimal, and the longest run of zeros as `::`.
  const [head = '', tail] = new URL(`http://[${host.split('%')[0]}]/`).hostname.slice(1, -1).split('::');
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [parse(head), parse(tail ?? '')];
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}
