/** The content of one answer on its way to a client: it has the wire for itself until it is through. */

/** A content that is being sent. */
export interface Transfer {
  /** Begins, or goes on now that the wire has room. */
  goOn(): void;
  /**
   * It is through, or the connection is gone: nothing more is written. Calls back when nothing uses the file any more, at once where
   * no read is under way.
   */
  close(onIdle: () => void): void;
}

/** What a transfer tells its connection. */
export interface TransferEvents {
  /** All of it went to the wire. */
  onSent(): void;
  /**
   * The file could not be read, or has become shorter: the answer promised more, so the connection must end.
   * @param error null for a file that has become shorter, and for a client that has left
   */
  onBroken(error: unknown): void;
}

/** Which bytes are sent: all of an object. */
export interface TransferRange {
  readonly fd: number;
  readonly sizeBytes: number;
}
