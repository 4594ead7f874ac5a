import base from '../../ava.config.base.mjs';

// In processes, whose main thread they have: there sockets are watched by the event loop itself, in workers by node:dgram.
export default { ...base, workerThreads: false };
