/** What a client of the relay may be told, one class a condition. No message holds a key. */

/** Base of all of them. */
export class RelayClientError extends Error {
  override readonly name: string = 'RelayClientError';
}

/** The relay said why not; `code` is one of the protocol's. */
export class RelayRefusedError extends RelayClientError {
  override readonly name = 'RelayRefusedError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** There is no connection, or there is none any more. */
export class RelayConnectionError extends RelayClientError {
  override readonly name = 'RelayConnectionError';
}

/** What came is not from the relay, or not as it sent it. */
export class RelaySecurityError extends RelayClientError {
  override readonly name: string = 'RelaySecurityError';
}

/** The relay has another identity than it had, or than was asked for. */
export class RelayIdentityError extends RelaySecurityError {
  override readonly name = 'RelayIdentityError';
  /** What it proved to be. */
  readonly identity: string;
  readonly expected: string;

  constructor(identity: string, expected: string) {
    super(
      `The relay proved to be ${identity}, and not ${expected} as expected. Either its identity was changed, or somebody stands in between: ask who runs it.`,
    );
    this.identity = identity;
    this.expected = expected;
  }
}
