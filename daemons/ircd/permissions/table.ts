/** For tests: reads the tables of this folder. How they are written stands in README.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CAST, type Outcome, type Who } from './scene.ts';

/** One row of a table. */
export interface Row extends Outcome {
  /** The heading: a command, or a mode. */
  readonly subject: string;
  readonly who: readonly Who[];
  /** What is so before the line, as `Scene.prepare` takes it. */
  readonly before: string;
  readonly line: string;
}

const EVERYBODY: Readonly<Record<string, readonly Who[]>> = {
  all: CAST,
  users: CAST.filter((who) => who !== 'new'),
};

/** Every row of every table of this folder, by file. Throws where one is none. */
export function readTables(): { readonly file: string; readonly rows: readonly Row[] }[] {
  const files = readdirSync(import.meta.dirname).filter(
    (name) => name.endsWith('.md') && name !== 'README.md',
  );
  return files.map((file) => ({
    file,
    rows: readRows(readFileSync(join(import.meta.dirname, file), 'utf8')),
  }));
}

function readRows(text: string): Row[] {
  return markdownRows(text).map(({ heading: subject, cells }) => {
    const [names = '', before = '', line = '', answer = '', heard = '', changed = '', ...rest] = cells;
    if (rest.length > 0) throw new Error(`more than six cells: ${rest}`);
    const who = EVERYBODY[names] ?? names.split(', ').map((name) => name as Who);
    const stranger = who.find((name) => !CAST.includes(name));
    if (stranger !== undefined) throw new Error(`nobody of the cast is called "${stranger}": ${line}`);
    return { subject, who, before, line, answer, heard, changed };
  });
}

/** The rows of every table of a page with the heading (`##`) that they stand under, without their code marks. */
export function markdownRows(
  text: string,
): { readonly heading: string; readonly cells: readonly string[] }[] {
  const rows: { heading: string; cells: string[] }[] = [];
  let heading = '';
  let inBody = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) heading = line.slice(3);
    if (line.startsWith('| ---')) inBody = true;
    else if (!line.startsWith('|')) inBody = false;
    else if (inBody) {
      const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/^`(.*)`$/, '$1'));
      rows.push({ heading, cells: cells.slice(1, -1) });
    }
  }
  return rows;
}
