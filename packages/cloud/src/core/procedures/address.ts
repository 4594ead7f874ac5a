/** Whether an IP literal is this very machine: such an address is of no use to anybody elsewhere. */
export function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1' || /^::ffff:127\./i.test(host);
}

/** Whether an address may be told to a client that is seen at `asker`. */
export function mayAdvertise(host: string, asker: string): boolean {
  return !isLoopback(host) || isLoopback(asker);
}
