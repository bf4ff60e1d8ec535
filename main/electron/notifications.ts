/** Desktop notifications about daemons that need the operator. Fed with events by main.ts. */
import { Notification } from 'electron';
import type { DaemonSnapshot } from '../../contract/states.ts';

/** Tells once when a daemon has reached `failed`; a click calls `onClick`. */
export class FailureNotifier {
  readonly #failed = new Set<string>();
  readonly #onClick: () => void;

  constructor(onClick: () => void) {
    this.#onClick = onClick;
  }

  update(daemon: DaemonSnapshot): void {
    if (daemon.state !== 'failed') {
      this.#failed.delete(daemon.id);
      return;
    }
    if (this.#failed.has(daemon.id)) return;
    this.#failed.add(daemon.id);
    if (!Notification.isSupported()) return;
    const notification = new Notification({
      title: `${daemon.id} has failed`,
      body: daemon.cause ?? 'It will not be started again by itself.',
    });
    notification.on('click', this.#onClick);
    notification.show();
  }
}
