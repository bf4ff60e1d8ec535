/**
 * One window that looks at this process: what it wishes, what it was sent and what of that it has not acknowledged. Made
 * and kept by the StreamHub.
 */
import type { Role } from '../../../contract/access.ts';
import { type Catalog, FIRST_REVISION } from '../../../contract/link/catalog.ts';
import { FRAME_CREDIT } from '../../../contract/metric-frame.ts';
import type { TableCell, ToWindow } from '../../../contract/stream.ts';
import { limits } from '../limits.ts';
import type { StreamChannel } from './stream-channel.ts';

const UNREAD_BYTES = limits.streamUnreadBytes.default;

/** A window's stream. */
export class StreamSubscriber {
  readonly channel: StreamChannel;
  readonly role: Role;
  /** Frames a second that the window wants. */
  hz = 0;
  /** Revision of the registry in the newest frame sent, or pending. */
  revision = -1;
  /** When that frame was sent or became pending, in milliseconds of `performance.now()`. */
  offeredAt = 0;
  /** Revision of the catalog that the window knows; it begins with the first. */
  catalogRevision = FIRST_REVISION;
  followLogs = false;
  /** Sequence number of the last record that was sent. */
  logSeq = 0;
  /** Whether logs were sent since the window began to follow: what is missing between two messages was lost. */
  logsSent = false;
  /** Watched tables. */
  readonly tables = new Set<string>();
  /** The rows that were sent last of tables that are told by what changes in them. */
  readonly lastRows = new Map<string, readonly (readonly TableCell[])[]>();
  /** Watched tables that came up while too much was unread. */
  readonly dueTables = new Set<string>();
  /** Whether a frame waits for credit. */
  framePending = false;
  #seq = 0;
  #acknowledged = 0;
  #skipped = 0;
  #ticket = 0;
  /** Logs and rows that were not acknowledged, oldest first. */
  readonly #unread: { readonly ticket: number; readonly bytes: number }[] = [];
  #unreadBytes = 0;
  /** When something was acknowledged last, or first sent after all had been. */
  #progressAt = 0;

  constructor(channel: StreamChannel, role: Role) {
    this.channel = channel;
    this.role = role;
  }

  /** Bytes of logs and rows that the window has not acknowledged. */
  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  /** Whether the window may be sent more logs or rows. */
  get hasRoom(): boolean {
    return this.#unreadBytes < UNREAD_BYTES;
  }

  /** Since when the window has acknowledged nothing, in milliseconds of `performance.now()`; null when it is up to date. */
  get behindSince(): number | null {
    return this.#seq > this.#acknowledged || this.#unread.length > 0 ? this.#progressAt : null;
  }

  /** Sends what frames hold from here on. Returns bytes sent. */
  sendCatalog(catalog: Catalog): number {
    this.catalogRevision = catalog.revision;
    return this.channel.send({ type: 'catalog', catalog });
  }

  /**
   * Sends a frame if the window has credit, else leaves it pending: sample, never queue.
   * @returns bytes sent
   */
  offerFrame(time: number, catalog: Catalog, values: Float64Array): number {
    if (this.#seq - this.#acknowledged >= FRAME_CREDIT) {
      if (this.framePending) this.#skipped++;
      this.framePending = true;
      return 0;
    }
    this.framePending = false;
    this.#expectProgress();
    const { revision } = catalog;
    const told = revision === this.catalogRevision ? 0 : this.sendCatalog(catalog);
    this.#seq++;
    const sent = this.channel.send({
      type: 'frame',
      frame: { seq: this.#seq, time, skipped: this.#skipped, revision, values },
    });
    return told + sent;
  }

  /** The window has taken the frame `seq` over, and those before it. */
  acknowledge(seq: number): void {
    if (seq <= this.#acknowledged || seq > this.#seq) return;
    this.#acknowledged = seq;
    this.#progressAt = performance.now();
  }

  /** Sends logs or rows, which count as unread until the window gives their ticket back. Returns bytes sent. */
  sendUnread(message: (ticket: number) => ToWindow): number {
    this.#expectProgress();
    const ticket = ++this.#ticket;
    const bytes = this.channel.send(message(ticket));
    this.#unread.push({ ticket, bytes });
    this.#unreadBytes += bytes;
    return bytes;
  }

  /** The window has taken over the logs and rows that were sent up to `ticket`. */
  took(ticket: number): void {
    let taken = 0;
    for (
      let first = this.#unread[0];
      first !== undefined && first.ticket <= ticket;
      first = this.#unread[0]
    ) {
      taken += first.bytes;
      this.#unread.shift();
    }
    if (taken > 0) this.#progressAt = performance.now();
    this.#unreadBytes -= taken;
  }

  /** Before something is sent: the time that a window takes counts from when it had everything else. */
  #expectProgress(): void {
    if (this.behindSince === null) this.#progressAt = performance.now();
  }
}
