/** Not an IPv4 or IPv6 literal with a port from 1 to 65,535. */
export class InvalidAddressError extends Error {
  override readonly name = 'InvalidAddressError';
}

/**
 * A text that sorts as addresses do: IPv4 before IPv6, then by number, then by port.
 * @throws InvalidAddressError
 */
export function addressKey(host: string, port: number): string {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidAddressError(`port ${port} is out of range`);
  const words = host.includes(':') ? ipv6Words(host) : ipv4Words(host);
  if (words === undefined) throw new InvalidAddressError(`${JSON.stringify(host)} is not an IP address`);
  const family = host.includes(':') ? '6' : '4';
  return family + [...words, port].map((word) => word.toString(16).padStart(4, '0')).join('');
}

function ipv4Words(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  const [a, b, c, d] = parts.map(Number) as [number, number, number, number];
  return [a * 256 + b, c * 256 + d];
}

/** RFC 4291 section 2.2; a zone (`%eth0`) is no part of the order and not accepted. */
function ipv6Words(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groups);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const zeros = 8 - head.length - tail!.length;
  return zeros < 1 ? undefined : [...head, ...new Array<number>(zeros).fill(0), ...tail!];
}

function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const words: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      words.push(Number.parseInt(part, 16));
      continue;
    }
    const last = i === parts.length - 1 ? ipv4Words(part) : undefined;
    if (last === undefined) return undefined;
    words.push(...last);
  }
  return words;
}
