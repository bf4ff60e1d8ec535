/**
 * What Electron's and Node's message ports have in common, and what one carries whatever is said on it. Used by streams to
 * windows, by channels for files, and by main where it relays.
 */

/** The part of MessagePort (Electron's MessagePortMain, Node's MessagePort) that is used. */
export interface PortLike {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** One end of a port that says `Message`. `onMessage` gets unchecked data; `onClose` is called once. */
export interface PortEnd<Message> {
  /** Says nothing any more once the port has closed. */
  send(message: Message): void;
  onMessage(listener: (data: unknown) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** The end of a port that was transferred. */
export function portEnd<Message>(port: PortLike): PortEnd<Message> {
  let closed = false;
  return {
    send(message) {
      if (!closed) port.postMessage(message);
    },
    onMessage(listener) {
      hearPort(port, listener);
    },
    onClose(listener) {
      port.on('close', () => {
        closed = true;
        listener();
      });
    },
    close() {
      closed = true;
      port.close();
    },
  };
}

/** Passes on what arrives, from now on. Electron wraps it in an event with `data`, Node hands it over bare. */
export function hearPort(port: PortLike, listener: (data: unknown) => void): void {
  port.on('message', (event) => {
    const wrapped = typeof event === 'object' && event !== null && 'data' in event && 'ports' in event;
    listener(wrapped ? event.data : event);
  });
  port.start();
}
