/**
 * What one subscriber has as a rule, so that limits per address cannot be dodged by taking another of one's own:
 * an IPv4 address, or the /64 network of an IPv6 address (RFC 6177). An IPv4-mapped address counts as IPv4 (RFC 4291, section 2.5.5.2).
 */
export function addressBlock(host: string): string {
  if (!host.includes(':')) return host;
  const [address = ''] = host.split('%');
  const groups = address.split(':');
  const last = groups.at(-1) ?? '';
  if (last.includes('.')) return last;
  const gap = address.indexOf('::');
  if (gap < 0) return network(groups);
  const before = gap === 0 ? [] : address.slice(0, gap).split(':');
  const after = address
    .slice(gap + 2)
    .split(':')
    .filter(Boolean);
  const zeros = new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return network([...before, ...zeros, ...after]);
}

const network = (groups: readonly string[]): string =>
  `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::`;
