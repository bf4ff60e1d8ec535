/**
 * The last answers to what a page asks whenever it is gone to: it shows at once what it showed last, while it asks again. They are
 * of one sign-in, so that nobody sees what somebody else might.
 */
import type { HostModel } from './host-model.ts';

/** Most answers that are kept of a kind. */
const MOST = 20;

/** Answers of one kind, by what was asked. */
export class KeptAnswers<Answer> {
  /** By what each host said when it was signed in to, which is another object each time. */
  readonly #hosts = new WeakMap<object, Map<string, Answer>>();

  get({ store }: HostModel, question: string): Answer | undefined {
    const { host } = store.getState();
    return host === null ? undefined : this.#hosts.get(host)?.get(question);
  }

  keep({ store }: HostModel, question: string, answer: Answer): void {
    const { host } = store.getState();
    if (host === null) return;
    const answers = this.#hosts.get(host) ?? new Map<string, Answer>();
    this.#hosts.set(host, answers);
    // The oldest is the first.
    answers.delete(question);
    answers.set(question, answer);
    for (const old of answers.keys()) {
      if (answers.size <= MOST) break;
      answers.delete(old);
    }
  }
}
