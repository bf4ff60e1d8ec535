/**
 * Stops reading from a socket at once. `Socket.pause` lets Node read once more, into a buffer of its own, and until it
 * has the loop stays in its poll phase for that socket; a thousand of them hold everybody up. Used where the daemons
 * make a client wait.
 */
/** Node does not document the handle; where there is none the socket is only paused. */
interface WithHandle {
  readonly _handle?: { reading?: boolean; readStop?(): number } | null;
}

/** What is paused: a socket, or what stands for one that another thread has. */
export interface ReadableSocket {
  readonly destroyed: boolean;
  readonly connecting: boolean;
  pause(): unknown;
  resume(): unknown;
  _read(size: number): void;
}

/** Pauses a socket, and reads nothing more into it. */
export function stopReading(socket: ReadableSocket): void {
  socket.pause();
  const handle = (socket as unknown as WithHandle)._handle;
  if (handle?.reading !== true || handle.readStop === undefined) return;
  handle.reading = false;
  handle.readStop();
}

/** Undoes {@link stopReading}. */
export function startReading(socket: ReadableSocket): void {
  socket.resume();
  // The stream may believe that a read is under way, and would not ask for another.
  if (!socket.destroyed && !socket.connecting) socket._read(0);
}
