/** Writes a translation as a configuration file, and below it what was left. */
import { stringify } from 'smol-toml';
import type { Translation } from './translation.ts';

const WIDTH = 120;

/** What was imported. */
export interface Imported {
  readonly toml: string;
  readonly left: Translation['left'];
}

/** @param from the kind of server, as people call it @param file its name */
export async function importedText(translation: Translation, from: string, file: string): Promise<Imported> {
  const settings = await translation.settings();
  const left = translation.left.toSorted((a, b) => a.line - b.line);
  const parts = [
    `# What ${oneLine(file)} of ${from} says, as settings of Signalbox. Look at it, then try it: signalbox config check FILE`,
    stringify({ ircd: settings }).trimEnd(),
  ];
  if (translation.unfinished.length > 0) {
    const blocks = stringify({
      ircd: { oper: translation.unfinished.map((oper) => ({ ...oper, password_hash: '' })) },
    });
    parts.push(
      [
        '# These operators need a new hash of their password: npm run -s hash-password. Then take the "# " away.',
        ...blocks
          .trimEnd()
          .split('\n')
          .map((line) => (line === '' ? '' : `# ${line}`)),
      ].join('\n'),
    );
  }
  if (left.length > 0) parts.push(['# Not taken over:', ...left.flatMap(leftLines)].join('\n'));
  return { toml: `${parts.join('\n\n')}\n`, left };
}

function leftLines({ line, what, why }: Translation['left'][number]): string[] {
  const words = oneLine(`${line === 0 ? '' : `line ${line}: `}${what} (${why})`).split(' ');
  const lines: string[] = [];
  let current = '# -';
  for (const word of words) {
    if (current.length + word.length >= WIDTH) {
      lines.push(current);
      current = '#  ';
    }
    current += ` ${word}`;
  }
  return [...lines, current];
}

/** A comment ends with its line. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ');
}
