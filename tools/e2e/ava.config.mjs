import base from '../../ava.config.base.mjs';

// Heartbeats every 50 ms: two clouds at the same time make false failures.
export default { ...base, serial: true, concurrency: 1 };
