/**
 * One configuration document, parsed and checked against the schemas of all daemons. Every mistake is named with file,
 * line and key. Called by the ConfigStore and by `config check`.
 */
import { parse as parseToml, TomlError } from 'smol-toml';
import { z } from 'zod';
import type { Outcome, WireError } from '../../../contract/errors.ts';
import { formatKeyPath } from '../../../contract/key-path.ts';
import { placesMeet, placeText } from '../../../contract/listen-place.ts';
import type { ConfiguredPlace, Manifest } from '../../../contract/manifest.ts';
import { servedName } from '../../../contract/network-addresses.ts';
import type { DaemonRuntime } from '../daemon-launcher.ts';
import { type ConfigSchema, describeExpected, findUnknownKeys, nearest, schemaOf } from './expectations.ts';
import { joinMistakes } from './mistakes.ts';
import { maskText, secretPaths, touchesSecret } from './secrets.ts';
import { type KeyPath, type TomlPlaces, tomlPlaces } from './toml-places.ts';

/** Name of the table that belongs to main. */
const MAIN_TABLE = 'signalbox';

/** What closing the last window of the desktop app does; see `on_close` in docs/configuration.md. */
export type OnClose = 'ask' | 'tray' | 'quit';

/** In force where the configuration does not say it, or has never been good. */
export const DEFAULT_ON_CLOSE: OnClose = 'tray';

const mainTableSchema = z.object({
  autostart: z.array(z.string()).optional().describe('Daemons that start with Signalbox'),
  allowed_hosts: z
    .array(servedName())
    .default([])
    .describe('Host names beside the loopback ones under which the headless dashboard may be reached'),
  on_close: z
    .enum(['ask', 'tray', 'quit'] satisfies OnClose[])
    .default(DEFAULT_ON_CLOSE)
    .describe('What closing the last window of the desktop app does'),
});

const runtimeSchema = z.enum(['host', 'node']).optional();

/** A daemon's part of the document. */
export interface DaemonConfig {
  /** The table as written, without the keys that belong to main; the daemon applies its defaults itself. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly runtime: DaemonRuntime | undefined;
}

/** A document without mistakes. */
export interface ConfigDocument {
  /** As written, with secrets masked. */
  readonly shownText: string;
  readonly text: string;
  readonly autostart: readonly string[] | null;
  readonly allowedHosts: readonly string[];
  readonly onClose: OnClose;
  readonly daemons: ReadonlyMap<string, DaemonConfig>;
}

/** Parses and checks `text`; `file` is how messages call it. */
export function parseConfigDocument(
  text: string,
  file: string,
  registry: readonly Manifest[],
): Outcome<ConfigDocument> {
  let root: Record<string, unknown>;
  try {
    root = parseToml(text);
  } catch (error) {
    return { ok: false, error: syntaxError(error, file) };
  }
  const keyPlaces = tomlPlaces(text);
  const checker = new Checker(file, keyPlaces);
  const secrets: KeyPath[] = [];
  const places: ConfiguredPlace[] = [];
  const main = checker.table(MAIN_TABLE, root[MAIN_TABLE] ?? {}, mainTableSchema);
  const daemons = new Map<string, DaemonConfig>();
  for (const manifest of registry) {
    const written = root[manifest.id] ?? {};
    const { runtime, ...input } = isTable(written) ? written : { runtime: undefined };
    const parsedRuntime = checker.value([manifest.id, 'runtime'], runtime, runtimeSchema);
    const parsed = checker.table(manifest.id, isTable(written) ? input : written, manifest.config);
    if (parsed !== null) {
      const starts = main?.autostart?.includes(manifest.id) === true;
      for (const place of manifest.places?.(parsed) ?? []) {
        // A default that nobody wrote and nobody starts is in nobody's way.
        const [key = ''] = place.setting;
        if (starts || Object.hasOwn(input, key))
          places.push({ ...place, setting: [manifest.id, ...place.setting] });
      }
    }
    daemons.set(manifest.id, { input, runtime: parsedRuntime });
    // A table that nobody wrote has none.
    if (Object.keys(input).length > 0)
      secrets.push(...secretPaths(input, schemaOf(manifest.config), [manifest.id]));
  }
  const ids = registry.map((manifest) => manifest.id);
  checker.knownTables(Object.keys(root), [MAIN_TABLE, ...ids]);
  checker.ownPlaces(places);
  checker.knownDaemons(main?.autostart ?? [], ids);
  if (checker.error !== null) return { ok: false, error: checker.error };
  const autostart = main?.autostart ?? null;
  const shownText =
    maskText(text, keyPlaces, secrets) ?? '# Not shown: where its secrets stand is not clear.\n';
  return {
    ok: true,
    result: {
      text,
      shownText,
      autostart,
      allowedHosts: main?.allowed_hosts ?? [],
      onClose: main?.on_close ?? DEFAULT_ON_CLOSE,
      daemons,
    },
  };
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function syntaxError(error: unknown, file: string): WireError {
  if (!(error instanceof TomlError)) throw error;
  const [reason] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
  const message = `${file}:${error.line}: not valid TOML: ${reason} (column ${error.column})`;
  return {
    code: 'config_invalid',
    message,
    detail: { file, line: error.line, column: error.column, key: null },
  };
}

/** Collects mistakes. */
class Checker {
  readonly #file: string;
  readonly #places: TomlPlaces;
  readonly #mistakes: WireError[] = [];

  constructor(file: string, places: TomlPlaces) {
    this.#file = file;
    this.#places = places;
  }

  /** All of them as one error, null for none. */
  get error(): WireError | null {
    return joinMistakes(this.#mistakes);
  }

  table<Schema extends z.ZodType>(name: string, value: unknown, schema: Schema): z.output<Schema> | null {
    const parsed = schema.safeParse(value);
    // What is needed to say what is wrong takes longer than all the rest.
    if (parsed.success && isTable(value) && Object.keys(value).length === 0) return parsed.data;
    const json = schemaOf(schema);
    if (!isTable(value)) {
      this.#mistake([name], `expected a table${got(value, touchesSecret(json, []))}`);
      return null;
    }
    for (const { path, suggestion } of findUnknownKeys(json, value)) {
      this.#mistake(
        [name, ...path],
        `unknown key${suggestion === null ? '' : `, did you mean "${suggestion}"?`}`,
      );
    }
    // No setting is a date; its text would pass for one where a table is open or has defaults.
    const dates = findDates(value);
    for (const path of dates) {
      const expected = describeExpected(json, path) ?? 'text';
      const shown = got(valueAt(value, path), touchesSecret(json, path));
      this.#mistake([name, ...path], `expected ${expected}${shown}`);
    }
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        if (!dates.some((path) => begins(issue.path, path))) this.#issue(name, value, issue, json);
      }
    }
    return parsed.success && dates.length === 0 ? parsed.data : null;
  }

  value<Schema extends z.ZodType>(
    path: KeyPath,
    value: unknown,
    schema: Schema,
  ): z.output<Schema> | undefined {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const json = schemaOf(schema);
    const expected = describeExpected(json, []) ?? parsed.error.issues[0]?.message;
    this.#mistake(path, `expected ${expected}${got(value, touchesSecret(json, []))}`);
    return undefined;
  }

  knownTables(names: readonly string[], known: readonly string[]): void {
    for (const name of names) {
      if (known.includes(name)) continue;
      const suggestion = nearest(name, known);
      const hint =
        suggestion === null ? `expected one of ${known.join(', ')}` : `did you mean "${suggestion}"?`;
      this.#mistake([name], `unknown table, ${hint}`);
    }
  }

  knownDaemons(autostart: readonly string[], ids: readonly string[]): void {
    for (const [index, id] of autostart.entries()) {
      if (ids.includes(id)) continue;
      this.#mistake(
        [MAIN_TABLE, 'autostart', index],
        `expected one of ${ids.map((one) => `"${one}"`).join(', ')}${got(id, false)}`,
      );
    }
  }

  /** No two daemons may want the same place; within one daemon its schema sees to it. */
  ownPlaces(places: readonly ConfiguredPlace[]): void {
    for (const [index, place] of places.entries()) {
      const earlier = places
        .slice(0, index)
        .find((other) => other.setting[0] !== place.setting[0] && placesMeet(other, place));
      if (earlier === undefined) continue;
      const where = placeText(place);
      this.#mistake(
        place.setting,
        `expected a place of its own, got ${where}, which ${formatKeyPath(earlier.setting)} has already`,
      );
    }
  }

  #issue(name: string, table: unknown, issue: z.core.$ZodIssue, json: ConfigSchema): void {
    const path = issue.path.filter((key) => typeof key !== 'symbol');
    // Unknown keys were found already, for strict and lax schemas alike.
    if (issue.code === 'unrecognized_keys') return;
    const value = valueAt(table, path);
    const expected = issue.code === 'custom' ? null : describeExpected(json, path, value);
    if (value === undefined && issue.code === 'invalid_type') {
      this.#mistake([name, ...path], `missing, expected ${expected ?? issue.message}`);
    } else {
      const words =
        expected === null || issue.code === 'invalid_format' ? issue.message : `expected ${expected}`;
      // A rule of the daemon's own says what is wrong with a whole table or list in its words.
      const shown = issue.code === 'custom' && typeof value === 'object' ? undefined : value;
      this.#mistake([name, ...path], `${words}${got(shown, touchesSecret(json, path))}`);
    }
  }

  #mistake(path: KeyPath, text: string): void {
    const { line = null, column = null } = this.#places.placeOf(path) ?? {};
    const key = formatKeyPath(path);
    const message = `${placeOf(this.#file, line)}: ${key}: ${text}`;
    this.#mistakes.push({ code: 'config_invalid', message, detail: { file: this.#file, line, column, key } });
  }
}

/** A file, with the line where it is known, as a message begins with it. */
export function placeOf(file: string, line: number | null): string {
  return line === null ? file : `${file}:${line}`;
}

function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** Paths of all dates in a table. */
function findDates(value: unknown, path: KeyPath = []): KeyPath[] {
  if (value instanceof Date) return [path];
  if (Array.isArray(value)) return value.flatMap((entry, index) => findDates(entry, [...path, index]));
  if (!isTable(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => findDates(member, [...path, key]));
}

function begins(path: readonly PropertyKey[], start: KeyPath): boolean {
  return start.every((key, index) => path[index] === key);
}

/** The only place where a value of the document becomes part of a message: short, on one line, and never a secret. */
function got(value: unknown, isSecret: boolean): string {
  if (value === undefined) return '';
  return isSecret ? ' (what is there is secret and not shown)' : `, got ${show(value)}`;
}

function show(value: unknown): string {
  // What is in a list or table is not looked at here, so it is not shown either.
  // JSON has no word for these and would write null.
  if (typeof value === 'number' && !Number.isFinite(value)) return tomlWord(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `a list of ${value.length}`;
  if (value instanceof Date) return `the date ${JSON.stringify(value).slice(1, -1)}`;
  if (typeof value === 'object' && value !== null) return 'a table';
  const plain = JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, '?');
  return plain.length <= 60 ? plain : `${plain.slice(0, 57)}...`;
}

/** `inf`, `-inf` or `nan`, as TOML writes them. */
function tomlWord(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}
