/**
 * Puts a question before the person at the screen and waits for the answer. Made once by departure.ts.
 *
 * A window asks, in the look of the app, by keyboard and for screen readers; one that is hidden is shown for it. Only where
 * the page does not say in time that the question is on the screen (it hangs, or could not be loaded) the system asks.
 */
import type { FromDesktop, LeaveAnswer, LeaveQuestion, ToDesktop } from '../../contract/window-bridge.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { LeaveWords } from './leave-words.ts';

/** A page that can show a question. */
export interface QuestionPage {
  /** Unique among all pages. */
  readonly id: number;
  /** Must not throw, also where the page is gone. */
  send(message: FromDesktop): void;
}

/** Where questions are asked. */
export interface QuestionPlaces {
  /** Brings a window to the front, opening one where there is none. */
  showWindow(): QuestionPage;
  /** Asks in a dialog of the system, until `signal` takes the question back. */
  askSystem(question: LeaveQuestion, signal: AbortSignal): Promise<LeaveAnswer>;
}

interface Asked {
  readonly question: LeaveQuestion;
  readonly settle: (answer: LeaveAnswer) => void;
  page: QuestionPage | null;
  timer: Timer | null;
  system: AbortController | null;
}

export class QuestionDesk {
  readonly #places: QuestionPlaces;
  readonly #clock: Clock;
  readonly #shownMs: number;
  #asked: Asked | null = null;
  #lastId = 0;

  /** `shownMs`: how long a page may take to show the question, in milliseconds. */
  constructor(places: QuestionPlaces, clock: Clock, shownMs: number) {
    this.#places = places;
    this.#clock = clock;
    this.#shownMs = shownMs;
  }

  /** Asks; another question that still stands is taken back. Never rejects. */
  ask(words: LeaveWords): Promise<LeaveAnswer> {
    this.withdraw();
    return new Promise((settle) => {
      const question = { id: ++this.#lastId, ...words };
      this.#asked = { question, settle, page: null, timer: null, system: null };
      this.remind();
    });
  }

  /** Brings the question to the front once more; does nothing where none stands. */
  remind(): void {
    const asked = this.#asked;
    if (asked === null || asked.system !== null) return;
    asked.page?.send({ type: 'question', question: null });
    this.#show(asked, this.#places.showWindow());
  }

  /** Takes the question back, as if it had been answered with `cancel`. */
  withdraw(): void {
    if (this.#asked !== null) this.#settle(this.#asked, 'cancel');
  }

  /** What the page `pageId` says. */
  received(pageId: number, message: ToDesktop): void {
    const asked = this.#asked;
    if (asked === null) return;
    if (message.type === 'ready') {
      if (asked.page?.id === pageId && asked.system === null) this.#show(asked, asked.page);
    } else if (message.id !== asked.question.id) {
      return;
    } else if (message.type === 'shown') {
      asked.timer?.cancel();
    } else if (message.answer !== 'hide' || asked.question.hide !== null) {
      this.#settle(asked, message.answer);
    }
  }

  #show(asked: Asked, page: QuestionPage): void {
    asked.timer?.cancel();
    asked.page = page;
    page.send({ type: 'question', question: asked.question });
    asked.timer = this.#clock.after(this.#shownMs, () => this.#askSystem(asked));
  }

  #askSystem(asked: Asked): void {
    asked.page?.send({ type: 'question', question: null });
    asked.system = new AbortController();
    void this.#places.askSystem(asked.question, asked.system.signal).then(
      (answer) => this.#settle(asked, answer),
      () => this.#settle(asked, 'cancel'),
    );
  }

  #settle(asked: Asked, answer: LeaveAnswer): void {
    if (this.#asked !== asked) return;
    this.#asked = null;
    asked.timer?.cancel();
    asked.system?.abort();
    asked.page?.send({ type: 'question', question: null });
    asked.settle(answer);
  }
}
