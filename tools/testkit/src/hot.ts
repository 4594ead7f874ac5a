/**
 * A module for `--import`: when the program ends, it prints on standard error `hot after N calls`: after how many calls V8's last compiler
 * takes a function in this process; 0 when not within 20 million.
 */
export const HOT_AT_EXIT: URL = new URL('./hot-at-exit.ts', import.meta.url);
