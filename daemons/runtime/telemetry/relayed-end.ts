/**
 * The end of a stream or of a channel for files whose messages main relays over the daemon link. What is sent on it goes out
 * with the link's own message, so that is its user's part.
 */

/** `onMessage` gets unchecked data; `onClose` is called once. */
export interface RelayedEnd {
  onMessage(listener: (data: unknown) => void): void;
  onClose(listener: () => void): void;
  /** This side ends it. */
  close(): void;
  /** The owner of the link calls it with what has arrived. */
  deliver(data: unknown): void;
  /** The owner of the link calls it when the other side has ended. */
  closed(): void;
}

/** `onLocalClose` tells main that this side ends it. */
export function relayedEnd(onLocalClose: () => void): RelayedEnd {
  let onData: (data: unknown) => void = () => {};
  let onEnd: () => void = () => {};
  return {
    onMessage(listener) {
      onData = listener;
    },
    onClose(listener) {
      onEnd = listener;
    },
    close: onLocalClose,
    deliver: (data) => onData(data),
    closed: () => onEnd(),
  };
}
