/**
 * How the peer of a link calls channels that were renamed here: by their former names until it has heard of that, which it says by `BK`.
 * Both ends read what the other says in its order, so that no word of the peer about a channel is taken for one about another.
 */
import { fold } from '../../irc/casemapping.ts';
import { textOf } from '../../irc/p10/text.ts';

/** Both names with one character for each byte. */
interface Renaming {
  readonly formerKey: string;
  readonly key: string;
  readonly name: string;
}

/** The names of one link. */
export class LinkNames {
  /** What the peer was told and has not heard yet, in that order. */
  #unheard: readonly Renaming[] = [];

  /** The peer was told of it. */
  told(former: string, name: string): void {
    this.#unheard = [...this.#unheard, { formerKey: keyOf(former), key: keyOf(name), name }];
  }

  /** How many the peer has not heard. */
  get unheard(): number {
    return this.#unheard.length;
  }

  /** The peer has heard the first of those that it had not heard. */
  heard(): void {
    this.#unheard = this.#unheard.slice(1);
  }

  /**
   * What a channel is called here by now that the peer calls by a name. It may be called otherwise a turn later. Empty for one that has to
   * give way there to the one that has its name: it was made when that was not known.
   */
  now(name: string): string {
    let now = name;
    for (const { formerKey, key, name: next } of this.#unheard)
      if (keyOf(now) === formerKey) now = next;
      else if (keyOf(now) === key) return '';
    return now;
  }

  /** Whether the peer may mean another channel than is meant here by a name. */
  confuses(name: string): boolean {
    const wanted = keyOf(name);
    return this.#unheard.some(({ formerKey, key }) => formerKey === wanted || key === wanted);
  }
}

function keyOf(bytes: string): string {
  return fold(textOf(bytes));
}
