/**
 * What an answer says of its request: one table for both dialects and both versions. The server writes nothing that is
 * not in it; the client names its errors after it.
 */

/** One status: its byte on the wire, and what it means to whoever asked. */
interface Status {
  readonly code: number;
  readonly meaning: string;
}

/** The table. A name and a code never change what they mean. */
export const STATUSES = {
  ok: { code: 0x00, meaning: 'Done.' },
  not_found: { code: 0x01, meaning: 'No object of that URI exists, or whoever asks may not see it.' },
  invalid_request: {
    code: 0x02,
    meaning: 'The request is not one that can be carried out: its URI, its body or its order is wrong.',
  },
  invalid_mode: { code: 0x03, meaning: 'No mode of that letter exists in this version of the protocol.' },
  uri_too_long: { code: 0x04, meaning: 'The URI is longer than 4096 bytes.' },
  unsupported: {
    code: 0x05,
    meaning:
      'The mode exists, but not here: not on this transport, platform or listener, or not for this caller.',
  },
  internal: { code: 0x10, meaning: 'A defect of the server; its log has the details.' },
  storage: { code: 0x11, meaning: 'The disk failed, is full, or the quota is used up.' },
  out_of_memory: { code: 0x12, meaning: 'The server has no memory for this now.' },
  timeout: { code: 0x13, meaning: 'It took longer than the server allows.' },
  unavailable: { code: 0x14, meaning: 'Not now: the server is draining, or too much waits already.' },
  protocol: { code: 0x20, meaning: 'The bytes are not of this protocol; the connection is closed.' },
  version: { code: 0x21, meaning: 'The server does not speak that version of the protocol.' },
  capability: { code: 0x22, meaning: 'The request needs a capability that was not agreed on.' },
} as const satisfies Record<string, Status>;

/** Name of a status, as in logs, errors and documentation. */
export type StatusName = keyof typeof STATUSES;

/** A status that is a refusal or a failure. */
export type RefusalName = Exclude<StatusName, 'ok'>;

/** Every name, in the order of the codes. */
export const STATUS_NAMES = Object.keys(STATUSES) as StatusName[];

const byCode = new Map<number, StatusName>(STATUS_NAMES.map((name) => [STATUSES[name].code, name]));

/** The byte of a status. */
export const statusCode = (name: StatusName): number => STATUSES[name].code;

/** The name of a byte, or null where the table has none. */
export const statusOf = (code: number): StatusName | null => byCode.get(code) ?? null;
