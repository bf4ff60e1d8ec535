/** Tells every connected client what changed. Clients subscribe when they connect and end it when they close. */
import type { ControlEvent } from '../../contract/control/messages.ts';

/** The listeners of all clients. */
export class EventHub {
  readonly #listeners = new Set<(event: ControlEvent) => void>();

  get size(): number {
    return this.#listeners.size;
  }

  /** Calls back on every event; returns the function that ends it. */
  subscribe(listener: (event: ControlEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(event: ControlEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
