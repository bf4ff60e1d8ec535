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

const COLUMNS = '| who | before | line | answer | heard | changed |';
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
  const rows: Row[] = [];
  let subject = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) subject = line.slice(3);
    else if (line.startsWith('|') && line !== COLUMNS && !line.startsWith('| ---'))
      rows.push(readRow(subject, line));
  }
  return rows;
}

function readRow(subject: string, text: string): Row {
  const cells = text.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/^`(.*)`$/, '$1'));
  const [, names = '', before = '', line = '', answer = '', heard = '', changed = '', ...rest] = cells;
  if (rest.length !== 1) throw new Error(`not a row of six cells: ${text}`);
  const who = EVERYBODY[names] ?? names.split(', ').map((name) => name as Who);
  const stranger = who.find((name) => !CAST.includes(name));
  if (stranger !== undefined) throw new Error(`nobody of the cast is called "${stranger}": ${text}`);
  return { subject, who, before, line, answer, heard, changed };
}
