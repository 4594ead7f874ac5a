/** Limits of the wire. Bytes, milliseconds and counts; receivers enforce them before they allocate. */

/** A UDP datagram, all headers of ours included. */
export const MAX_DATAGRAM_BYTES = 1024;
/** A JSON message, encoded. */
export const MAX_MESSAGE_BYTES: number = 64 * 1024;
/** The file that is hidden in a picture. */
export const MAX_HIDDEN_FILE_BYTES: number = 12 * 1024 * 1024;
/** A stego picture. */
export const MAX_STEGO_BYTES: number = 64 * 1024 * 1024;
/** Code points in an image's name. */
export const MAX_NAME_LENGTH = 64;
/** Views that a person can ask for, give or hold. */
export const MAX_VIEWS = 65_535;
/** Views that the cloud gives one device in advance. */
export const MAX_OFFLINE_VIEWS = 100;
/** For how long. */
export const MAX_OFFLINE_HOURS = 720;
/** A signed grant; format 1 has 464. */
export const MAX_GRANT_BYTES = 1024;
/** Notices about requests in one message between servers. */
export const MAX_NOTICES = 64;
/** Servers of one cloud. */
export const MAX_SERVERS = 100;
/**
 * Images of one `publish`. With the longest names that is 6 KiB: no more than the part of all message memory that a server sets aside
 * for each of 10,000 sessions.
 */
export const MAX_PUBLISHED_TOGETHER = 16;
/** How far ahead of the directory's clock a request may expire. */
export const MAX_REQUEST_LIFETIME_MS: number = 10 * 60 * 1000;
