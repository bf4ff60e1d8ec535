/**
 * All mistakes that a daemon finds in its configuration, as one error that crosses the link: whoever mends the file wants
 * to know them at once. Gathered by daemons when they look at a configuration, taken apart again by main.
 */
import { fromWireError, SignalboxError, toWireError, type WireError } from './errors.ts';

/** Looks at one thing after the other and goes on where one is wrong. */
export class MistakeCollector {
  readonly #found: WireError[] = [];

  /** What was found, in the order in which it was. */
  get found(): readonly WireError[] {
    return this.#found;
  }

  /** What `look` comes to; null where it finds a mistake. Everything but `config_invalid` is thrown on. */
  async attempt<Result>(look: () => Result | Promise<Result>): Promise<Result | null> {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof SignalboxError) || error.code !== 'config_invalid') throw error;
      this.#found.push(...eachMistake(toWireError(error)));
      return null;
    }
  }

  /** Throws SignalboxError `config_invalid` with all that was found; nothing where nothing was. */
  settle(): void {
    const error = asOneError(this.#found);
    if (error !== null) throw fromWireError(error);
  }
}

/** Mistakes as one error with the code of the first; {@link eachMistake} takes it apart. Null for none. */
export function asOneError(mistakes: readonly WireError[]): WireError | null {
  const [first] = mistakes;
  if (first === undefined || mistakes.length === 1) return first ?? null;
  const messages = mistakes.map(({ message }) => message);
  const keys = mistakes.map(({ detail }) => (typeof detail?.key === 'string' ? detail.key : ''));
  return {
    code: first.code,
    message: messages.join('; '),
    detail: { ...first.detail, mistakes: messages, keys },
  };
}

/** The mistakes of an error of {@link asOneError}; any other error alone. */
export function eachMistake(error: WireError): readonly WireError[] {
  const { mistakes, keys } = error.detail ?? {};
  if (!Array.isArray(mistakes) || !Array.isArray(keys)) return [error];
  return mistakes.map((message: string, index) => {
    const key: unknown = keys[index];
    return { code: error.code, message, detail: key === '' ? {} : { key: String(key) } };
  });
}
