/**
 * The words of the object protocol: modes, message types, capabilities and sizes. Two dialects share it. Programs that
 * exist speak `programs`; `document` is what the published description says. Integers are big-endian, except in HELLO and
 * HELLO_ACK of `document`.
 */

/** Which of the two ways of writing answers a connection uses. */
export type Dialect = 'programs' | 'document';

/** The version of the protocol; 0 until the first byte has said it. */
export type ProtocolVersion = 0 | 1 | 2;

/** How answers on a connection are written. A request parser is one. */
export interface Framing {
  readonly version: ProtocolVersion;
  readonly dialect: Dialect;
}

/** What a request asks for, by the byte on the wire. */
export const MODES = {
  /** A descriptor of the object, over a Unix socket. */
  fdpass: 0x31,
  /** The content, read and written by the server. */
  copy: 0x32,
  /** The content, moved by the kernel. */
  splice: 0x33,
  /** Several pieces; known, so that it can be refused by name, and not built. */
  segmented: 0x34,
  /** Proves who asks: an empty URI, the token as the body. Version 2 only, as all that follow. */
  authenticate: 0x61,
  /** Removes the object. */
  delete: 0x64,
  /** Names what begins with the URI: see list-page.ts. */
  list: 0x6c,
  /** Creates or replaces the object by the body. */
  put: 0x70,
  /** What is known of the object, without its content. */
  stat: 0x73,
} as const;

/** Name of a mode. */
export type ModeName = keyof typeof MODES;

const modeNames = new Map<number, ModeName>(
  (Object.keys(MODES) as ModeName[]).map((name) => [MODES[name], name]),
);

/** The name of a mode's byte, or null where there is none. */
export const modeOf = (byte: number): ModeName | null => modeNames.get(byte) ?? null;

/** Whether requests of a mode have a body: an 8-byte length after the URI, then that many bytes. */
export const hasBody = (mode: ModeName): boolean => mode === 'put' || mode === 'authenticate';

/** First byte of a message of version 2. */
export const MESSAGE = { request: 0x01, answer: 0x02, close: 0x03, closeAck: 0x04 } as const;

/** Bits of a request's flags in version 2. */
export const FLAG = {
  /** Its answer waits for those of all earlier requests of the connection. */
  ordered: 0x01,
  /** It may be taken before others that wait. */
  priority: 0x02,
} as const;

/** Bits of the capabilities in HELLO. */
export const CAPABILITY = {
  /** Answers may overtake one another. */
  outOfOrder: 0x0001,
  /** Requests may follow one another without waiting. */
  pipelining: 0x0002,
} as const;

/** What HELLO begins with. */
export const MAGIC = Buffer.from('OBJM', 'latin1');

/** The version that HELLO names. */
export const HELLO_VERSION = 2;

/** Bytes of HELLO: magic, version, capabilities (2), depth (2). */
export const HELLO_BYTES = 9;

/** Bytes of a request before its URI, by version. */
export const REQUEST_HEAD_BYTES = { 1: 3, 2: 9 } as const;

/** Longest URI in bytes; the published limit of the protocol. */
export const MAX_URI_BYTES = 4096;

/** Largest id of a request: they have four bytes. */
export const MAX_ID = 0xffff_ffff;

/**
 * The byte that carries a descriptor in `programs`. It goes out in a `sendmsg` of its own, after the head: readers of this
 * dialect take the head with `read`, and Linux drops the descriptors of a message that is begun without `recvmsg`. In
 * `document` the descriptor rides on the first byte of the answer.
 */
export const DESCRIPTOR_BYTE = 0x58;

/** Descriptors in one `sendmsg` at most: SCM_MAX_FD of Linux. Only `document` allows more than one. */
export const MAX_DESCRIPTORS = 253;
