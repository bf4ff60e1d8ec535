/**
 * What spam filters look for: a text that is contained, or a glob over the whole. Time grows with the length of the text, whatever the
 * pattern is: a part between stars is looked for once, from where the part before it ended, and one with a `?` by bits (Shift-And), never
 * by going back.
 */
import { stripFormatting } from '../../irc/formatting.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';

/** A pattern ready to be compared. */
export interface SpamPattern {
  /** @param folded by {@link foldSpam} */
  matches(folded: string): boolean;
  /** What that costs at most, in nanoseconds of work. */
  priceNs(folded: string): number;
}

/** What is compared: without colours, the frame of an ACTION, the difference of small and capital letters, and of letters that look alike by being wide or round. */
export function foldSpam(text: string): string {
  const said = text.startsWith('\x01ACTION ') ? text.slice(8, text.endsWith('\x01') ? -1 : undefined) : text;
  return plain(stripFormatting(said)).toLowerCase();
}

/** Characters that stand for whole sentences: spelt out, a text of them would be many times as long to compare. */
const SENTENCES = /([\ufdfa\ufdfb])/;

function plain(text: string): string {
  if (!SENTENCES.test(text)) return text.normalize('NFKC');
  const parts = text.split(SENTENCES);
  return parts.map((part, at) => (at % 2 === 1 ? part : part.normalize('NFKC'))).join('');
}

/** Whether it has wildcards, and so is compared with the whole text. */
function isGlob(pattern: string): boolean {
  return pattern.includes('*') || pattern.includes('?');
}

/** Why a pattern can be none, in words; null where it can. */
export function patternProblem(pattern: string): string | null {
  return /[^*?\s]/.test(foldSpam(pattern)) ? null : `${pattern} would match everything that is said`;
}

export function compileSpamPattern(text: string): SpamPattern {
  const pattern = foldSpam(text).replaceAll(/\*+/g, '*');
  const { mask, maskCharacter } = workPrices;
  const parts = isGlob(pattern) ? pattern.split('*').map(partOf) : null;
  const steps = parts === null ? 1 : Math.max(1, ...parts.map((part) => part.steps));
  const run = longestRun(pattern);
  return {
    priceNs: (folded) => mask.ns + maskCharacter.ns * folded.length * (folded.includes(run) ? steps : 1),
    // To look for the longest run first is many times faster than bits are, and most texts have it not.
    matches: (folded) => folded.includes(run) && (parts === null || globMatches(parts, folded)),
  };
}

/** What every text that meets a pattern has in one piece, as long as it can be. */
function longestRun(pattern: string): string {
  if (!isGlob(pattern)) return pattern;
  return pattern.split(/[*?]+/).reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

/** What stands between two stars. */
interface Part {
  readonly length: number;
  /** What a character of the text takes, measured by what it takes where there are no bits. */
  readonly steps: number;
  /** Whether it stands at a place, which has room for it. */
  standsAt(text: string, at: number): boolean;
  /** The first place from one on where it stands; -1 for none. */
  find(text: string, from: number): number;
}

function globMatches(parts: readonly Part[], text: string): boolean {
  const head = parts[0]!;
  if (parts.length === 1) return text.length === head.length && head.standsAt(text, 0);
  const tail = parts.at(-1)!;
  const end = text.length - tail.length;
  if (end < head.length || !head.standsAt(text, 0) || !tail.standsAt(text, end)) return false;
  let at = head.length;
  // The leftmost place of each leaves the most room for the next.
  for (let i = 1; i < parts.length - 1; i++) {
    const part = parts[i]!;
    const found = part.find(text, at);
    if (found === -1) return false;
    at = found + part.length;
    if (at > end) return false;
  }
  return true;
}

function partOf(text: string): Part {
  if (!text.includes('?')) {
    return {
      length: text.length,
      steps: 1,
      standsAt: (said, at) => said.startsWith(text, at),
      find: (said, from) => said.indexOf(text, from),
    };
  }
  const masks = new ShiftAnd(text);
  return {
    length: text.length,
    steps: BIT_STEPS + WORD_STEPS * masks.words,
    standsAt: (said, at) => fits(text, said, at),
    find: (said, from) => masks.find(said, from),
  };
}

function fits(part: string, text: string, at: number): boolean {
  for (let i = 0; i < part.length; i++) {
    const code = part.charCodeAt(i);
    if (code !== QUESTION && code !== text.charCodeAt(at + i)) return false;
  }
  return true;
}

const QUESTION = 0x3f;
/** The mask of a character is looked up, and each word of the state changed. */
const BIT_STEPS = 10;
const WORD_STEPS = 5;
/** Bits in a word of the state; one is left for what is carried over. */
const WORD = 31;

/** Finds a part with `?` in it: bit i of the state says that the last i + 1 characters are those that the part begins with. */
class ShiftAnd {
  readonly words: number;
  readonly #length: number;
  /** Where each character may stand; those that it has not are in `#others`. */
  readonly #masks = new Map<number, Int32Array>();
  readonly #others: Int32Array;
  readonly #state: Int32Array;

  constructor(part: string) {
    this.#length = part.length;
    this.words = Math.ceil(part.length / WORD);
    this.#others = new Int32Array(this.words);
    this.#state = new Int32Array(this.words);
    for (let i = 0; i < part.length; i++) if (part.charCodeAt(i) === QUESTION) setBit(this.#others, i);
    for (let i = 0; i < part.length; i++) {
      const code = part.charCodeAt(i);
      if (code === QUESTION) continue;
      let mask = this.#masks.get(code);
      if (mask === undefined) {
        mask = this.#others.slice();
        this.#masks.set(code, mask);
      }
      setBit(mask, i);
    }
  }

  find(text: string, from: number): number {
    const state = this.#state.fill(0);
    const last = this.#length - 1;
    const lastWord = this.words - 1;
    const found = 1 << (last % WORD);
    for (let at = from; at < text.length; at++) {
      const mask = this.#masks.get(text.charCodeAt(at)) ?? this.#others;
      let carry = 1;
      for (let w = 0; w <= lastWord; w++) {
        const before = state[w]!;
        state[w] = ((before << 1) | carry) & mask[w]!;
        carry = (before >>> (WORD - 1)) & 1;
      }
      if ((state[lastWord]! & found) !== 0) return at - last;
    }
    return -1;
  }
}

function setBit(words: Int32Array, at: number): void {
  words[Math.floor(at / WORD)]! |= 1 << (at % WORD);
}
