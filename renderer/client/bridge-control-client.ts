/**
 * The control client of the desktop app: requests over the preload bridge, streams on MessagePorts that main hands to
 * the window under the nonce they were asked for.
 */

import type { BytePipe } from '../../contract/byte-stream.ts';
import type { ControlEvent, ControlOutcome } from '../../contract/control/messages.ts';
import type { ControlApi, ControlRequestName } from '../../contract/control/requests.ts';
import { type Outcome, toWireError, type WireError } from '../../contract/errors.ts';
import type { StreamPurpose } from '../../contract/link/stream-messages.ts';
import type { FromWindow, ToWindow } from '../../contract/stream.ts';
import { STREAM_PORT_MESSAGE, type WindowBridge } from '../../contract/window-bridge.ts';
import { systemClock } from '../../kit/clock.ts';
import { controlDeadlineMs } from '../../kit/control-deadline.ts';
import { limits } from '../../kit/limits.ts';
import { ascendingIds, outcomeOf, PendingRequests } from '../../kit/pending-requests.ts';
import { portPipe } from './byte-pipes.ts';
import type { ConnectionState, ControlClient, StreamHandlers, StreamPipe } from './control-client.ts';

/** The part of `window` on which ports arrive. */
export interface PortInbox {
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

export class BridgeControlClient implements ControlClient {
  readonly #bridge: WindowBridge;
  readonly #inbox: PortInbox;
  readonly #requests = new PendingRequests<Outcome<unknown>>(
    systemClock,
    { limit: limits.controlOutstanding.default },
    ascendingIds(),
  );
  /** Streams on their way, by nonce. */
  readonly #opening = new PendingRequests<MessagePort, string>(
    systemClock,
    { limit: limits.streamsOpening.default },
    () => crypto.randomUUID(),
  );

  constructor(bridge: WindowBridge, inbox: PortInbox) {
    this.#bridge = bridge;
    this.#inbox = inbox;
    inbox.addEventListener('message', this.#onPort);
  }

  async request<Name extends ControlRequestName>(
    name: Name,
    args: ControlApi[Name]['args'],
  ): Promise<ControlOutcome<ControlApi[Name]['result']>> {
    const { requestId, answer } = this.#requests.open(name, controlDeadlineMs(name));
    if (this.#requests.has(requestId)) {
      this.#bridge.request(name, args).then(
        (outcome) => this.#requests.resolve(requestId, outcome),
        (thrown: unknown) => this.#requests.reject(requestId, toWireError(thrown)),
      );
    }
    // Main answers a request with the result type of its name: the one place where that is taken on trust.
    return (await outcomeOf(answer)) as ControlOutcome<ControlApi[Name]['result']>;
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
    const { requestId: nonce, answer } = this.#opening.open(
      `A stream of ${source}`,
      limits.streamOpenMs.default,
    );
    let port: MessagePort | null = null;
    let closed = false;
    const end = (reason: string) => {
      if (closed) return;
      closed = true;
      port?.close();
      handlers.onClose(reason);
    };
    const take = (received: MessagePort) => {
      if (closed) {
        received.close();
        return;
      }
      port = received;
      port.onmessage = (event: MessageEvent<ToWindow>) => handlers.onMessage(event.data);
      port.addEventListener('close', () => end('the other end closed the stream'));
      port.start();
    };
    answer.then(take, (thrown: unknown) => end(toWireError(thrown).message));
    this.#ask(source, nonce, 'watch');
    return {
      send: (message: FromWindow) => port?.postMessage(message),
      close: () => {
        closed = true;
        // A port that is still on its way is closed when it arrives.
        this.#opening.cancel(nonce, { code: 'cancelled', message: 'The stream was closed.' });
        port?.close();
      },
    };
  }

  async openBytes(source: string): Promise<BytePipe> {
    const { requestId: nonce, answer } = this.#opening.open(
      `A channel of ${source}`,
      limits.streamOpenMs.default,
    );
    this.#ask(source, nonce, 'bytes');
    return portPipe(await answer);
  }

  retryNow(): void {}

  close(): void {
    this.#inbox.removeEventListener('message', this.#onPort);
    const closed: WireError = {
      code: 'cancelled',
      message: 'The window has closed its connection to the host.',
    };
    this.#requests.close(closed);
    this.#opening.close(closed);
  }

  /** Asks main for what was opened under `nonce`, unless there are too many already. */
  #ask(source: string, nonce: string, purpose: StreamPurpose): void {
    if (!this.#opening.has(nonce)) return;
    void this.#bridge.openStream(source, nonce, purpose).then((outcome) => {
      if (!outcome.ok) this.#opening.reject(nonce, outcome.error);
    });
  }

  readonly #onPort = (event: MessageEvent) => {
    // Others post messages to the window too, of any kind.
    const { type, nonce } = (event.data ?? {}) as { readonly type?: unknown; readonly nonce?: unknown };
    if (type !== STREAM_PORT_MESSAGE || typeof nonce !== 'string') return;
    const port = event.ports[0];
    // It came too late, or was given up: nobody else closes it.
    if (port !== undefined && !this.#opening.resolve(nonce, port)) port.close();
  };
}
