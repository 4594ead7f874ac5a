/** The deflate block that ends a level-1 picture: final, fixed codes, empty (RFC 1951 section 3.2.6). */
export const closingData: Uint8Array = Uint8Array.of(0x03, 0x00);
