/**
 * Sets one setting in the text of a configuration file, and leaves all else of it as it was: comments, order, blank lines. What comes
 * of it is read again, and has to say the same as before but for that setting; where it does not, nothing is changed. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import { parse as parseToml } from 'smol-toml';
import type { AdoptedSetting } from '../../../contract/manifest.ts';
import { tomlPlaces } from './toml-places.ts';

type Table = Record<string, unknown>;

/** The text with the setting; the same where it says so already, null where it cannot be set without changing anything else. */
export function withSetting(text: string, { path, value }: AdoptedSetting): string | null {
  const before = tableOf(text);
  if (before === null) return null;
  if (valueAt(before, path) === value) return text;
  const wanted = withValue(before, path, value);
  for (const candidate of candidates(text, path, value)) {
    const after = tableOf(candidate);
    // Clones, because tables of the parser have no prototype.
    if (after !== null && isDeepStrictEqual(structuredClone(after), structuredClone(wanted)))
      return candidate;
  }
  return null;
}

/** Ways to write it, the one that changes least first. */
function* candidates(text: string, path: readonly string[], value: string): Generator<string> {
  const written = tomlPlaces(text).valueOf(path);
  if (written !== null) yield text.slice(0, written.start) + JSON.stringify(value) + text.slice(written.end);
  const line = `${path.at(-1)} = ${JSON.stringify(value)}`;
  const header = path.slice(0, -1);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const place = headerEnd(text, header);
  if (place !== null) {
    const gap = place > 0 && !text.slice(0, place).endsWith('\n') ? newline : '';
    yield `${text.slice(0, place)}${gap}${line}${newline}${text.slice(place)}`;
  }
  const gap = text === '' || text.endsWith('\n') ? '' : newline;
  const apart = text === '' ? '' : newline;
  yield `${text}${gap}${apart}[${header.join('.')}]${newline}${line}${newline}`;
}

/** Where the first line below a header begins; null without such a header. */
function headerEnd(text: string, header: readonly string[]): number | null {
  const named = header.join('\\s*\\.\\s*');
  const found = new RegExp(`^[ \\t]*\\[[ \\t]*${named}[ \\t]*\\][ \\t]*(?:#[^\\n]*)?(?:\\r?\\n|$)`, 'm').exec(
    text,
  );
  return found === null ? null : found.index + found[0].length;
}

function tableOf(text: string): Table | null {
  try {
    return parseToml(text) as Table;
  } catch {
    return null;
  }
}

function valueAt(table: Table, path: readonly string[]): unknown {
  let at: unknown = table;
  for (const key of path) at = typeof at === 'object' && at !== null ? (at as Table)[key] : undefined;
  return at;
}

function withValue(table: Table, [key = '', ...rest]: readonly string[], value: string): Table {
  if (rest.length === 0) return { ...table, [key]: value };
  const inner = table[key];
  const below = typeof inner === 'object' && inner !== null ? (inner as Table) : {};
  return { ...table, [key]: withValue(below, rest, value) };
}
