/** The syntax of InspIRCd: `<name key="value">`, `#` for comments, `<define>` for what `&name;` stands for. */
import { Block, ImportMistake } from './block.ts';

const KNOWN: Readonly<Record<string, string>> = {
  quot: '"',
  amp: '&',
  lt: '<',
  gt: '>',
  apos: "'",
  nl: '\n',
};
const NAME = /[A-Za-z0-9_.-]+/y;

/**
 * Reads a whole file. What `&name;` stands for is put in its place; of a name that the file does not define it stays.
 * @throws ImportMistake
 */
export function readTagFile(text: string): Block {
  const defined = new Map(Object.entries(KNOWN));
  const tags: Block[] = [];
  let at = 0;
  let line = 1;
  const skip = (isPart: (sign: string) => boolean) => {
    while (at < text.length && isPart(text[at]!)) {
      if (text[at] === '\n') line++;
      at++;
    }
  };
  const space = () => {
    for (;;) {
      skip((sign) => /\s/.test(sign));
      if (text[at] !== '#') return;
      skip((sign) => sign !== '\n');
    }
  };
  const name = (what: string): string => {
    NAME.lastIndex = at;
    const found = NAME.exec(text)?.[0];
    if (found === undefined) throw new ImportMistake(line, `has no ${what} where one is expected`);
    at += found.length;
    return found.toLowerCase();
  };
  const value = (): string => {
    if (text[at] !== '"') {
      const from = at;
      skip((sign) => !/[\s>]/.test(sign));
      return text.slice(from, at);
    }
    const begun = line;
    const from = ++at;
    skip((sign) => sign !== '"');
    if (at >= text.length) throw new ImportMistake(begun, 'has a quote that nothing closes');
    return text.slice(from, at++);
  };
  for (space(); at < text.length; space()) {
    if (text[at] !== '<') throw new ImportMistake(line, `has "${text[at]}" where "<" is expected`);
    at++;
    const begun = line;
    const tag = name('name of a tag');
    const keys: Block[] = [];
    for (space(); text[at] !== '>'; space()) {
      if (at >= text.length) throw new ImportMistake(begun, `<${tag}> does not end`);
      const where = line;
      const key = name('name of a setting');
      space();
      if (text[at] !== '=') throw new ImportMistake(line, `${key} of <${tag}> has no value`);
      at++;
      space();
      const said = value().replace(
        /&([\w.]+);/g,
        (whole, one: string) => defined.get(one.toLowerCase()) ?? whole,
      );
      keys.push(new Block(key, [said], where));
    }
    at++;
    const made = new Block(tag, [], begun, keys);
    if (tag === 'define') defined.set((made.text('name') ?? '').toLowerCase(), made.text('value') ?? '');
    else tags.push(made);
  }
  return new Block('', [], 0, tags);
}
