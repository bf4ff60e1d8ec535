/**
 * The control client of the desktop app: requests over the preload bridge, streams on MessagePorts that main hands to
 * the window under the nonce they were asked for.
 */

import type { ControlEvent, ControlOutcome } from '../../contract/control/messages.ts';
import type { ControlApi, ControlRequestName } from '../../contract/control/requests.ts';
import type { FromWindow, ToWindow } from '../../contract/stream.ts';
import { STREAM_PORT_MESSAGE, type WindowBridge } from '../../contract/window-bridge.ts';
import type { ConnectionState, ControlClient, StreamHandlers, StreamPipe } from './control-client.ts';

/** The part of `window` on which ports arrive. */
export interface PortInbox {
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

export class BridgeControlClient implements ControlClient {
  readonly #bridge: WindowBridge;
  readonly #inbox: PortInbox;
  readonly #waiting = new Map<string, (port: MessagePort) => void>();

  constructor(bridge: WindowBridge, inbox: PortInbox) {
    this.#bridge = bridge;
    this.#inbox = inbox;
    inbox.addEventListener('message', this.#onPort);
  }

  async request<Name extends ControlRequestName>(
    name: Name,
    args: ControlApi[Name]['args'],
  ): Promise<ControlOutcome<ControlApi[Name]['result']>> {
    // Main answers a request with the result type of its name: the one place where that is taken on trust.
    return (await this.#bridge.request(name, args)) as ControlOutcome<ControlApi[Name]['result']>;
  }

  onEvent(listener: (event: ControlEvent) => void): () => void {
    return this.#bridge.onEvent(listener);
  }

  onConnection(listener: (state: ConnectionState) => void): () => void {
    // Main outlives its windows: the bridge is there for as long as the page is.
    listener({ phase: 'connected' });
    return () => {};
  }

  openStream(source: string, handlers: StreamHandlers): StreamPipe {
    const nonce = crypto.randomUUID();
    let port: MessagePort | null = null;
    let closed = false;
    const end = (reason: string) => {
      this.#waiting.delete(nonce);
      if (closed) return;
      closed = true;
      port?.close();
      handlers.onClose(reason);
    };
    this.#waiting.set(nonce, (received) => {
      if (closed) {
        received.close();
        return;
      }
      port = received;
      port.onmessage = (event: MessageEvent<ToWindow>) => handlers.onMessage(event.data);
      port.addEventListener('close', () => end('the other end closed the stream'));
      port.start();
    });
    void this.#bridge.openStream(source, nonce).then((outcome) => {
      if (!outcome.ok) end(outcome.error.message);
    });
    return {
      send: (message: FromWindow) => port?.postMessage(message),
      close: () => {
        closed = true;
        // A port that is still on its way is closed when it arrives.
        port?.close();
      },
    };
  }

  retryNow(): void {}

  close(): void {
    this.#inbox.removeEventListener('message', this.#onPort);
  }

  readonly #onPort = (event: MessageEvent) => {
    const data: unknown = event.data;
    if (typeof data !== 'object' || data === null || !('type' in data) || !('nonce' in data)) return;
    if (data.type !== STREAM_PORT_MESSAGE || typeof data.nonce !== 'string') return;
    const take = this.#waiting.get(data.nonce);
    const port = event.ports[0];
    if (take === undefined || port === undefined) return;
    this.#waiting.delete(data.nonce);
    take(port);
  };
}
