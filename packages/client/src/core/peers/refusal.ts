/** Why a peer's message is refused for good; told to the peer. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
