/** An IP literal and a UDP port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}
