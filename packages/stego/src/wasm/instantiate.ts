/** The little of the WebAssembly JavaScript interface that is needed; the typings have it only for browsers. */
interface WebAssemblyInterface {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** The memory that a module exports; it does not grow. */
export interface ModuleMemory {
  readonly buffer: ArrayBuffer;
}

/**
 * The exports of a module without imports, or undefined where WebAssembly is missing or forbidden, or words are big-endian.
 * @param base64 the module; white space is left out
 */
export function instantiate(base64: string): unknown {
  const { WebAssembly } = globalThis as { WebAssembly?: WebAssemblyInterface };
  // Words are copied as they are, and WebAssembly's are little-endian.
  const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  if (WebAssembly === undefined || !littleEndian) return undefined;
  try {
    const module = new WebAssembly.Module(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)));
    return new WebAssembly.Instance(module).exports;
  } catch {
    return undefined; // a content security policy, or no vector instructions
  }
}
