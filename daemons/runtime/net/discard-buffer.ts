/**
 * Gives the memory of a large buffer back at once. V8 frees what lies outside of its heap when it collects the object in
 * front of it, and a daemon that has nothing to do collects nothing: after a flood of slow readers their queues would stay.
 * Used for buffers that nothing else has a part of. With `DAEMON_MALLOC_ENV` (main/core/daemon-launcher.ts) the C library
 * returns it to the system in the same moment.
 */

/** What every engine since Chromium 114 and Node 21 has; elsewhere the collector does it later. */
type Transferable = ArrayBuffer & { transfer?(newByteLength: number): ArrayBuffer };

/** Frees the memory behind a buffer, which is empty after that, as is every other view of the same memory. */
export function discardBuffer(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength > 0) (buffer as Transferable).transfer?.(0);
}

/** A smaller piece costs the collector less than giving it back would. */
const WORTH_BYTES = 16 * 1024;

/** Frees a buffer like {@link discardBuffer} where it is large enough to be worth it and alone in its memory. */
export function discardWhole(bytes: Uint8Array): void {
  if (bytes.length >= WORTH_BYTES && bytes.length === bytes.buffer.byteLength) discardBuffer(bytes);
}
