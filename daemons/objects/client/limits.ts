/** What the client library goes by where its user says nothing else. */

/** Each with its unit and its reason. */
export const CLIENT_LIMITS = {
  deadlineMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'Time for an answer to begin, and then between two pieces of its content.',
  },
  connectMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason: 'Time for the connection, TLS, HELLO and the token together.',
  },
  closeMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason: 'Time for what is outstanding when the client closes; then it is given up.',
  },
  depth: {
    default: 64,
    unit: 'count',
    reason: 'Requests without an answer on one connection in version 2; more wait in the client.',
  },
  getBytes: {
    default: 64 * 1024 * 1024,
    unit: 'bytes',
    reason: 'Largest object that is collected in memory; larger ones are read as a stream.',
  },
  listBytes: {
    default: 64 * 1024 * 1024,
    unit: 'bytes',
    reason: 'Largest page of a list: far more than the server sends.',
  },
  bodyPieceBytes: {
    default: 256 * 1024,
    unit: 'bytes',
    reason: 'How much of a body is handed to the socket at once; progress is told after each piece.',
  },
  refusedBodyBytes: {
    default: 1024 * 1024,
    unit: 'bytes',
    reason:
      'What is still sent of a body that was refused already; with more to come the connection is given up.',
  },
  receiveTurns: {
    default: 16,
    unit: 'count',
    reason: 'Messages received one after another before the rest of the program has its turn.',
  },
} as const;
