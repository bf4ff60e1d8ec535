/**
 * Tells whoever subscribed what has happened, by names whose payloads are typed. Events announce state; nobody waits for
 * them and no answer comes back, so that what must be answered (a deed, a request) does not travel here. The control plane
 * makes one; what is announced stands in announcements.ts.
 */

/** Takes an announcement. */
export type Listener<Payload> = (payload: Payload) => void;

/** Listeners by event name. */
type Listeners<Events> = { [Name in keyof Events]?: Set<Listener<Events[Name]>> };

/** A bus for the events that `Events` names. */
export class EventBus<Events extends object> {
  readonly #listeners: Listeners<Events> = {};
  readonly #failed: (name: keyof Events, error: unknown) => void;

  /** `failed` is told of a listener that threw; it must not publish. */
  constructor(failed: (name: keyof Events, error: unknown) => void) {
    this.#failed = failed;
  }

  /** Calls back on every event of that name, in the order of subscription; returns the function that ends it. */
  subscribe<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const listeners = this.#listeners[name] ?? new Set();
    this.#listeners[name] = listeners;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Never throws: a listener that does keeps nobody else from hearing. */
  publish<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of this.#listeners[name] ?? []) {
      try {
        listener(payload);
      } catch (error) {
        this.#failed(name, error);
      }
    }
  }
}
