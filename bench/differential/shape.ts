/**
 * What of a server's line is compared: its command or numeric, from whom it is, and its parameters with every name, number and
 * text replaced by what it is. Two servers that answer alike have the same shapes, whatever their words are.
 */

/** What the names in a case stand for on a server. */
export interface Names {
  readonly ME: string;
  readonly YOU: string;
  readonly NOBODY: string;
  readonly '#c': string;
  readonly '#none': string;
  readonly SERVER: string;
}

/** The names of a case. @param number one that no other case on the server has */
export function namesOf(server: string, number: number): Names {
  const digits = String(number).padStart(4, '0');
  return {
    ME: `ma${digits}`,
    YOU: `yu${digits}`,
    NOBODY: `no${digits}`,
    '#c': `#ch${digits}`,
    '#none': `#none${digits}`,
    SERVER: server,
  };
}

/** Whoever and whatever belongs to another case, which is tried at the same time. */
const NAMED = /(?<![a-z])(?:ma|yu|no|#ch|#none)(\d{4})/gi;

function isOfAnother(line: string, { ME }: Names): boolean {
  const own = ME.slice(-4);
  return [...line.matchAll(NAMED)].some(([, digits]) => digits !== own);
}

/** A line with the names of a case replaced by those that they stand for. */
export function spoken(line: string, names: Names): string {
  return line.replaceAll(
    /#none|#c|\b(?:NOBODY|SERVER|ME|YOU)(?![A-Z])/g,
    (name) => names[name as keyof Names],
  );
}

/** Numerics whose last parameter is a list of names, and not a text for people. */
const LISTS = new Set(['302', '303', '319', '353', '730', '731', '732', '340']);
/** Numerics that come as often as there is something to tell: how many is not compared, nor what is in them. */
const TEXTS = new Set(['005', '371', '372', '250', '705', '290', '292', '304', '210']);

/** Numerics that are there where there is something to count: operators, unknown connections. */
const NOT_ALWAYS = new Set(['252', '253', '254', '018']);

/** Parameters that say what only that server knows, counted from 0: a username and a host, a version. */
const FREE: Readonly<Record<string, readonly number[]>> = {
  '311': [2, 3],
  '314': [2, 3],
  '340': [1],
  '351': [1],
  '352': [2, 3],
  '354': [3, 4],
};

/** The shape of a line, such as `331 ME #c text`; null of a line that has nothing to do with the case. */
export function shapeOf(line: string, names: Names): string | null {
  const [, , source, command, rest = ''] = /^(?:@(\S+) +)?(?::(\S+) +)?(\S+)(?: +(.*))?$/.exec(line) ?? [];
  if (command === undefined || isOfAnother(line, names)) return null;
  const { middle, trailing } = parametersOf(rest);
  const numeric = /^\d{3}$/.test(command);
  const who = numeric ? '' : `${fromOf(source, names)} `;
  if (NOT_ALWAYS.has(command)) return null;
  if (TEXTS.has(command)) return command;
  const free = FREE[command] ?? [];
  const words = middle.map((word, place) => (free.includes(place) ? '?' : wordShape(word, names)));
  if (trailing !== null) words.push(trailingShape(command, trailing, names));
  return `${who}${[command, ...words].join(' ')}`.trim();
}

/** The shapes of what somebody heard, each once and sorted: no specification says in which order a server answers. */
export function shapesOf(lines: readonly string[], names: Names): string[] {
  const shapes = lines.map((line) => shapeOf(line, names)).filter((shape) => shape !== null);
  return [...new Set(shapes)].sort();
}

function parametersOf(rest: string): { middle: string[]; trailing: string | null } {
  const at = rest.startsWith(':') ? 0 : rest.indexOf(' :');
  if (at < 0) return { middle: rest.split(' ').filter(Boolean), trailing: null };
  const middle = rest.slice(0, at).split(' ').filter(Boolean);
  return { middle, trailing: rest.slice(rest.startsWith(':') ? 1 : at + 2) };
}

function fromOf(source: string | undefined, names: Names): string {
  if (source === undefined) return '';
  return `:${wordShape(source.replace(/!.*/, ''), names)}`;
}

/** What a text stands for where it follows a colon: a list is read word by word, a name is a name, and all else is a text. */
function trailingShape(command: string, text: string, names: Names): string {
  if (LISTS.has(command))
    return text
      .split(/[ ,]/)
      .filter(Boolean)
      .map((word) => wordShape(word, names))
      .sort((a, b) => (bare(a) < bare(b) ? -1 : 1))
      .join(',');
  const shape = text.includes(' ') ? 'text' : wordShape(text, names);
  return /^\d{3}$/.test(command) && shape === text && !/^[+-]/.test(text) ? 'text' : shape;
}

function bare(word: string): string {
  return word.replace(/^[@+~&%]+/, '');
}

/** What a word stands for. */
function wordShape(word: string, names: Names): string {
  const known = Object.entries(names).find(([, name]) => lower(name) === lower(bare(word)));
  if (known !== undefined) {
    const signs = /^[@+~&%]+/.exec(word)?.[0] ?? '';
    return `${word.startsWith('#') ? '' : signs}${known[0]}`;
  }
  if (/^\d+$/.test(word)) return 'N';
  // The colon of a reply to USERHOST: nick=+user@host.
  const answer = /^(\S+?)(\*?)=([+-])\S+@\S+$/.exec(word);
  if (answer !== null) return `${wordShape(answer[1]!, names)}${answer[2]}=${answer[3]}host`;
  if (/^\S+![^@ ]+@\S+$/.test(word)) {
    const nick = wordShape(word.slice(0, word.indexOf('!')), names);
    return word.endsWith('!*@*') || nick === '*' ? word.replace(/^[^!]+/, nick) : nick;
  }
  return looseNames(word, names);
}

/** A name within a word, such as a nick with a letter behind it. */
function looseNames(word: string, names: Names): string {
  for (const [known, name] of Object.entries(names))
    if (word.toLowerCase().startsWith(lower(name)) && word.length === name.length + 1)
      return `${known}${word.slice(name.length)}`;
  return word;
}

function lower(text: string): string {
  return text.toLowerCase();
}
