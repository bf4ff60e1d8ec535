/**
 * What one read of a WebSocket brought, on its way from the thread that takes frames apart to the state: figures of the frames, what the
 * last ping asks to have back, and the lines. It stands where the bytes of a client over TCP stand. A FrameReporter makes them in the
 * thread, and FrameReports reads them in the state, as if the frames had been taken apart there.
 */
import { WebSocketInput } from '../../../runtime/net/websocket-input.ts';
import { READ_BYTES } from './records.ts';

/** What takes frames apart, or tells what the thread found that did. */
export interface FrameInput
  extends Pick<
    WebSocketInput,
    'heldBytes' | 'frames' | 'idleFrames' | 'ping' | 'closeCode' | 'feed' | 'clear'
  > {
  /** Bytes that were read from the socket, where it is not those that it is fed. */
  sizeOf?(bytes: Buffer): number;
}

/** Figures of a report, each of four bytes, before its ping, its reason and its lines. */
const figure = {
  /** Bytes that were read from the socket. */
  read: 0,
  heldBytes: 1,
  frames: 2,
  idleFrames: 3,
  /** Length of what a ping carried; {@link NONE} where none came. */
  ping: 4,
  /** The code of the client's goodbye, or of why its frames cannot be read; {@link NONE} without. */
  closeCode: 5,
  brokenCode: 6,
  /** Length of the reason that goes with that. */
  reason: 7,
  figures: 8,
} as const;

const NONE = -1;
const HEADER_BYTES = figure.figures * 4;
const NOTHING = Buffer.alloc(0);

/** One report. Its lines are part of a stream, which may be cut anywhere. */
export interface FrameReport {
  readonly read: number;
  readonly heldBytes: number;
  readonly frames: number;
  readonly idleFrames: number;
  readonly ping: Buffer | null;
  readonly closeCode: number | null;
  readonly broken: { readonly code: number; readonly reason: string } | null;
  readonly lines: Buffer;
}

/** The bytes of a report. */
export function writeReport(report: FrameReport): Buffer {
  const { ping, closeCode, broken, lines } = report;
  const reason = broken === null ? NOTHING : Buffer.from(broken.reason);
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  const write = (which: number, value: number) => header.writeInt32LE(value, which * 4);
  write(figure.read, report.read);
  write(figure.heldBytes, report.heldBytes);
  write(figure.frames, report.frames);
  write(figure.idleFrames, report.idleFrames);
  write(figure.ping, ping?.length ?? NONE);
  write(figure.closeCode, closeCode ?? NONE);
  write(figure.brokenCode, broken?.code ?? NONE);
  write(figure.reason, reason.length);
  return Buffer.concat([header, ping ?? NOTHING, reason, lines]);
}

const figureOf = (report: Buffer, which: number) => report.readInt32LE(which * 4);

/** Takes the frames of one client apart, in the thread that owns its socket. */
export class FrameReporter {
  readonly #tell: (report: Buffer) => void;
  readonly #input: WebSocketInput;

  /** @param tell is given each report; it may come later than the bytes that it is of */
  constructor(tell: (report: Buffer) => void) {
    this.#tell = tell;
    this.#input = new WebSocketInput((code, reason) => this.#report(0, NOTHING, { code, reason }));
  }

  /** Takes what was read. */
  read(bytes: Buffer): void {
    const lines = this.#input.feed(bytes);
    const { heldBytes } = this.#input;
    // A report fits a message, and what is to be answered behind all lines stands in the last.
    let from = 0;
    for (; lines.length - from > READ_BYTES; from += READ_BYTES) {
      const part = lines.subarray(from, from + READ_BYTES);
      const empty = { read: 0, frames: 0, idleFrames: 0, ping: null, closeCode: null, broken: null };
      this.#tell(writeReport({ ...empty, heldBytes, lines: part }));
    }
    this.#report(bytes.length, lines.subarray(from), null);
  }

  /** Reads nothing more. */
  clear(): void {
    this.#input.clear();
  }

  #report(read: number, lines: Buffer, broken: FrameReport['broken']): void {
    const { heldBytes, frames, idleFrames, ping, closeCode } = this.#input;
    // They were told of the bytes that broke it already.
    const told = broken === null ? { frames, idleFrames, ping } : { frames: 0, idleFrames: 0, ping: null };
    this.#tell(writeReport({ read, heldBytes, ...told, closeCode, broken, lines }));
  }
}

/** The frames of one client as the state has them: the input of a WebSocketSide, fed with reports. */
export class FrameReports implements FrameInput {
  heldBytes = 0;
  frames = 0;
  idleFrames = 0;
  ping: Buffer | null = null;
  closeCode: number | null = null;
  readonly #onBroken: (code: number, reason: string) => void;
  #ended = false;

  /** @param onBroken as that of a WebSocketInput */
  constructor(onBroken: (code: number, reason: string) => void) {
    this.#onBroken = onBroken;
  }

  sizeOf(report: Buffer): number {
    return figureOf(report, figure.read);
  }

  feed(report: Buffer): Buffer {
    const read = (which: number) => figureOf(report, which);
    const pingLength = read(figure.ping);
    const reasonStart = HEADER_BYTES + Math.max(0, pingLength);
    const linesStart = reasonStart + read(figure.reason);
    this.frames = read(figure.frames);
    this.idleFrames = read(figure.idleFrames);
    // A copy: what comes next is read into the same memory.
    this.ping = pingLength < 0 ? null : Buffer.from(report.subarray(HEADER_BYTES, reasonStart));
    if (this.#ended) return NOTHING;
    this.heldBytes = read(figure.heldBytes);
    const closeCode = read(figure.closeCode);
    if (closeCode !== NONE) this.closeCode = closeCode;
    const brokenCode = read(figure.brokenCode);
    if (brokenCode !== NONE) this.#onBroken(brokenCode, report.toString('utf8', reasonStart, linesStart));
    return report.subarray(linesStart);
  }

  clear(): void {
    this.#ended = true;
    this.heldBytes = 0;
  }
}
