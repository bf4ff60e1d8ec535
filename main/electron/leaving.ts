/**
 * What happens when the last window is closed, when somebody quits, and when the app is told to end: nobody is
 * disconnected without a question, except where no person is there to answer. departure.ts joins it to Electron.
 */
import type { LeaveAnswer } from '../../contract/window-bridge.ts';
import type { OnClose } from '../core/config/config-document.ts';
import { closeQuestion, type LeaveWords, quitQuestion, type RunningDaemon } from './leave-words.ts';

/** What leaving the app needs of the app. */
export interface LeavingApp {
  readonly onClose: OnClose;
  /** Whether a hidden window can be found again; must not reject. */
  hasTray(): Promise<boolean>;
  /** The daemons that run; must not reject. */
  running(): Promise<readonly RunningDaemon[]>;
  ask(question: LeaveWords): Promise<LeaveAnswer>;
  /** Brings the question to the front. */
  remind(): void;
  /** Takes the question back; `ask` then resolves. */
  withdraw(): void;
  /** Hides the window that was being closed. */
  hide(): void;
  /** Drains all daemons; resolves when they are gone or it takes too long. */
  drain(): Promise<void>;
  /** Ends all daemons at once; `drain` then resolves soon. */
  force(): void;
  /** Ends the process. */
  exit(): void;
  /** Milliseconds that never go back. */
  now(): number;
}

/** How close two wishes may be to count as one, in milliseconds; see the table of limits. */
export interface LeavingLimits {
  readonly quitEchoMs: number;
  readonly interruptEchoMs: number;
}

export class Leaving {
  readonly #app: LeavingApp;
  readonly #limits: LeavingLimits;
  #phase: 'staying' | 'deciding' | 'ending' = 'staying';
  /** Somebody wants to quit, not just to close the window. */
  #quitWanted = false;
  #lastWish = Number.NEGATIVE_INFINITY;

  constructor(app: LeavingApp, limits: LeavingLimits) {
    this.#app = app;
    this.#limits = limits;
  }

  /** Whether the daemons are being stopped. Then windows may close. */
  get ending(): boolean {
    return this.#phase === 'ending';
  }

  /** The last window is being closed. */
  close(): void {
    if (this.#phase === 'staying') void this.#decide('close');
    else if (this.#phase === 'deciding') this.#app.remind();
  }

  /** A person quits: by menu, keyboard, tray or dock. While the daemons drain, a second wish ends them at once. */
  quit(): void {
    const again = this.#isAgain(this.#limits.quitEchoMs);
    if (this.#phase === 'ending') {
      if (again) this.#app.force();
    } else if (this.#phase === 'deciding') {
      this.#quitWanted = true;
      this.#app.remind();
    } else {
      void this.#decide('quit');
    }
  }

  /** The app is told to end by a signal or the end of the session: nobody is there to answer. */
  end(): void {
    const again = this.#isAgain(this.#limits.interruptEchoMs);
    if (this.#phase !== 'ending') this.#end();
    else if (again) this.#app.force();
  }

  async #decide(wish: 'close' | 'quit'): Promise<void> {
    this.#phase = 'deciding';
    this.#quitWanted = wish === 'quit';
    const answer = await this.#answerTo(wish).catch((): LeaveAnswer => 'cancel');
    // A signal may have come while the question stood.
    if (this.ending) return;
    this.#phase = 'staying';
    if (answer === 'quit') this.#end();
    else if (answer === 'hide') this.#app.hide();
  }

  async #answerTo(wish: 'close' | 'quit'): Promise<LeaveAnswer> {
    const app = this.#app;
    const onClose = wish === 'quit' ? 'quit' : app.onClose;
    const tray = onClose !== 'quit' && (await app.hasTray());
    if (tray && onClose === 'tray' && !this.#quitWanted) return 'hide';
    const daemons = await app.running();
    if (this.ending) return 'cancel';
    const choice = tray && onClose === 'ask' && daemons.length > 0 && !this.#quitWanted;
    if (!choice && daemons.every(({ impact }) => impact === null)) return 'quit';
    return await app.ask(
      wish === 'close' && !this.#quitWanted ? closeQuestion(daemons, tray) : quitQuestion(daemons),
    );
  }

  #end(): void {
    this.#phase = 'ending';
    this.#lastWish = this.#app.now();
    this.#app.withdraw();
    void this.#app
      .drain()
      .catch(() => {})
      .finally(() => this.#app.exit());
  }

  /** Whether this wish comes long enough after the one before to be another one. */
  #isAgain(echoMs: number): boolean {
    const now = this.#app.now();
    const again = now - this.#lastWish > echoMs;
    this.#lastWish = now;
    return again;
  }
}
