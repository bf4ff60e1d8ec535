/** Who speaks to the control plane: a window, a browser, a program with the token, or a client of the local socket. */

import type { ControlEvent } from '../../contract/control/messages.ts';
import type { Actor } from '../../contract/link/actor.ts';

/** Signalbox itself, which may do everything. */
export const SYSTEM = { name: 'signalbox', from: 'system', role: 'admin' } as const satisfies Actor;

/** One connection. The host makes it, passes it with every request, and calls back `onClose` listeners when it ends. */
export interface Caller {
  readonly actor: Actor;
  /** Id of its session; null for Signalbox itself. */
  readonly session: string | null;
  /** Sends an event that only this caller asked for (followed logs); must not throw. */
  send(event: ControlEvent): void;
  onClose(listener: () => void): void;
}

/** A caller whose end its owner announces by calling `close`. */
export interface OwnedCaller extends Caller {
  close(): void;
}

/** Makes the caller of a connection of `session`; `send` delivers events to it. */
export function createCaller(
  actor: Actor,
  send: (event: ControlEvent) => void,
  session: string | null = null,
): OwnedCaller {
  const listeners: (() => void)[] = [];
  let closed = false;
  return {
    actor,
    session,
    send(event) {
      if (!closed) send(event);
    },
    onClose(listener) {
      if (closed) listener();
      else listeners.push(listener);
    },
    close() {
      if (closed) return;
      closed = true;
      for (const listener of listeners) listener();
    },
  };
}
