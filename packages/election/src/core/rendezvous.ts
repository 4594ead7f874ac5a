/** 32-bit FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo) over UTF-16 code units, continued from `state`. */
function fnv1a(text: string, state: number): number {
  let hash = state;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** Start of a hash that is shared by all servers of one request. */
export function hashRequest(requestId: string): number {
  return fnv1a(requestId, 0x811c9dc5);
}

/**
 * The weight of a server for a request: every server computes the same, each request gives another order, and a server
 * that leaves moves only its own requests (rendezvous hashing: D. Thaler, C. Ravishankar, 1998). 0 … 2^32 − 1.
 */
export function rendezvousWeight(requestHash: number, serverId: string): number {
  let hash = fnv1a(serverId, requestHash);
  // FNV alone leaves the high bits of short ids alike; MurmurHash3's finaliser (A. Appleby) mixes them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
