/** What ends a handshake or a session, by a code that never changes its meaning. No message holds a key or a byte of one. */

export const NOISE_ERRORS = {
  handshake_failed: 'A handshake message is not genuine, or not one that was expected.',
  bad_identity: 'The identity in a handshake does not hold for the key that it came with.',
  bad_record: 'A sealed frame is not genuine: changed, repeated or out of order.',
  key_spent: 'A key has sealed as many messages as one may.',
} as const;

export type NoiseErrorCode = keyof typeof NOISE_ERRORS;

/** The other side, or somebody on the way, did what ends this session. */
export class NoiseError extends Error {
  override readonly name = 'NoiseError';
  readonly code: NoiseErrorCode;

  constructor(code: NoiseErrorCode, message: string = NOISE_ERRORS[code]) {
    super(message);
    this.code = code;
  }
}
