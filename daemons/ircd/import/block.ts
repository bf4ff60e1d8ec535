/**
 * A configuration file of another server as a tree, whatever its syntax: a name, the words behind it, and what stands within. It knows
 * what nobody has asked it for, so that nothing is passed over in silence.
 */

/** One setting, or one block of them. */
export class Block {
  readonly name: string;
  /** What stands behind the name. */
  readonly words: readonly string[];
  /** Where it begins in its file, from 1; 0 where that is not known. */
  readonly line: number;
  readonly children: readonly Block[];
  readonly #asked = new Set<Block>();

  constructor(name: string, words: readonly string[], line: number, children: readonly Block[] = []) {
    this.name = name;
    this.words = words;
    this.line = line;
    this.children = children;
  }

  /** All of a name, in any case. */
  all(name: string): Block[] {
    const found = this.children.filter((child) => child.name.toLowerCase() === name);
    for (const child of found) this.#asked.add(child);
    return found;
  }

  /** The last of a name, which is the one that holds. */
  one(name: string): Block | undefined {
    return this.all(name).at(-1);
  }

  /** Its words as one text; undefined where there is none of that name. */
  text(name: string): string | undefined {
    return this.one(name)?.words.join(' ');
  }

  /** Whether it says yes, in whatever way; undefined where it says nothing. */
  flag(name: string): boolean | undefined {
    const found = this.one(name);
    if (found === undefined) return undefined;
    return !/^(no|false|off|0|none)$/i.test(found.words[0] ?? 'yes');
  }

  /** The words of all of a name. */
  texts(name: string): string[] {
    return this.all(name).flatMap(({ words }) => words);
  }

  /** The same, where a list may stand within braces as well. */
  list(name: string): string[] {
    return this.all(name).flatMap((found) => [
      ...found.words,
      ...found.children.map((child) => {
        found.#asked.add(child);
        return [child.name, ...child.words].join(' ');
      }),
    ]);
  }

  /** What stands within and was not asked for. */
  unasked(): Block[] {
    return this.children.filter((child) => !this.#asked.has(child));
  }

  /** What was asked for and has something within. */
  askedBlocks(): Block[] {
    return [...this.#asked].filter(({ children }) => children.length > 0);
  }
}

/** A file that is none of its kind. */
export class ImportMistake extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'ImportMistake';
    this.line = line;
  }
}
