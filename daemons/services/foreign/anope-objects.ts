/** The objects of Anope's flat file: each of some kind, and of lines `DATA name value`. */
import { fold } from '../../irc/casemapping.ts';
import { decoded } from './foreign-data.ts';

/** What is wrong with a file, and where. */
export class AnopeProblem extends Error {
  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
  }
}

/** One object: its values by name. */
export type Anope = ReadonlyMap<string, string>;

/** Objects by kind. */
export function objectsIn(bytes: string): Map<string, Anope[]> {
  const objects = new Map<string, Anope[]>();
  let values: Map<string, string> | null = null;
  for (const [index, row] of bytes.split('\n').entries()) {
    const text = row.replace(/\r$/, '');
    const [word = '', name = ''] = text.split(' ', 2);
    if (word === 'OBJECT') {
      values = new Map();
      const same = objects.get(name);
      if (same === undefined) objects.set(name, [values]);
      else same.push(values);
    } else if (word === 'DATA' && values !== null)
      values.set(name, decoded(text.slice(word.length + name.length + 2)));
    else if (word === 'END') values = null;
    else if (text.trim() !== '' && word !== 'ID')
      throw new AnopeProblem(index + 1, `expected OBJECT, DATA or END and found ${word.slice(0, 16)}`);
  }
  return objects;
}

export type Objects = (kind: string) => readonly Anope[];

/** Names of accounts by number, as 2.1 refers to them; 2.0 does by name. */
export function displays(of: Objects): (object: Anope, id: string, name: string) => string {
  const byId = new Map(of('NickCore').map((one) => [one.get('uniqueid') ?? '', one.get('display') ?? '']));
  return (object, id, name) => byId.get(object.get(id) ?? '-') ?? object.get(name) ?? '';
}

export function grouped(objects: readonly Anope[], keyOf: (object: Anope) => string): Map<string, Anope[]> {
  const groups = new Map<string, Anope[]>();
  for (const one of objects) {
    const key = fold(keyOf(one));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

export function wordsIn(object: Anope, name: string): string[] {
  return (object.get(name) ?? '').split(' ').filter((word) => word !== '');
}

/** A time, Unix milliseconds; null for none, and for 0. */
export function timeIn(object: Anope, name: string): number | null {
  const text = object.get(name) ?? '';
  return /^\d{1,15}$/.test(text) && Number(text) > 0 ? Number(text) * 1_000 : null;
}
