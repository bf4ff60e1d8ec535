/** What the preload script exposes to the window as `window.signalbox`; absent in a browser. */
import type { ControlEvent } from './control-api.ts';
import type { Outcome } from './errors.ts';

/** `window.signalbox`, as the preload script exposes it. */
export interface WindowBridge {
  /** One request of the control API. Never rejects: errors are values. */
  request(name: string, args: unknown): Promise<Outcome<unknown>>;
  /** Calls back on every event of main; returns the function that ends it. */
  onEvent(listener: (event: ControlEvent) => void): () => void;
  /**
   * Asks main for a stream from `source`. The port arrives as a `message` event on the window with
   * `data = { type: STREAM_PORT_MESSAGE, nonce }` and one transferred port.
   */
  openStream(source: string, nonce: string): Promise<Outcome<null>>;
}

/** `data.type` of the window message that delivers a stream's MessagePort. */
export const STREAM_PORT_MESSAGE = 'signalbox-stream-port';

/** IPC channel names, used by main/electron and preload only. */
export const IPC_CHANNELS = {
  request: 'signalbox:request',
  openStream: 'signalbox:open-stream',
  event: 'signalbox:event',
  port: 'signalbox:port',
} as const;
