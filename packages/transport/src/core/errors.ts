/** An authenticated peer broke the protocol: the session ends with `protocol-error`. `what` names the rule. */
export class ProtocolViolation extends Error {
  constructor(what: string) {
    super(`peer broke the protocol: ${what}`);
    this.name = 'ProtocolViolation';
  }
}
