/** What the directory is measured against: the same statements, with nothing around them. */
export interface BareDriver {
  readonly clientByKey: (boxKey: Uint8Array) => Promise<unknown>;
  readonly addResource: (clientId: number, imageId: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}
