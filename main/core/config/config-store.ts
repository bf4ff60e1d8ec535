/**
 * The configuration in force. A file with a mistake never replaces a good one: the mistake is kept beside it until
 * the file is mended. The control plane makes one and asks it before each start.
 */
import { eachMistake } from '../../../contract/config-mistakes.ts';
import type { Outcome, WireError } from '../../../contract/errors.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import { FileProblem, readTextFile } from '../../../daemons/runtime/files/bounded-file.ts';
import { limits } from '../../../daemons/runtime/limits.ts';
import { type ConfigDocument, type DaemonConfig, parseConfigDocument, placeOf } from './config-document.ts';
import { schemaOf } from './expectations.ts';
import { joinMistakes } from './mistakes.ts';
import { maskSecrets } from './secrets.ts';
import { tomlPlaces } from './toml-places.ts';

/** What a reload changed. */
export interface ConfigChange {
  /** Daemons whose table differs, with whether it is only the runtime. */
  readonly changed: readonly { readonly id: string; readonly runtime: boolean; readonly table: boolean }[];
}

/** The configuration in force, and the mistake in the file where there is one. */
export class ConfigStore {
  readonly file: string | null;
  readonly #registry: readonly Manifest[];
  #current: ConfigDocument | null = null;
  #error: WireError | null = null;

  private constructor(file: string | null, registry: readonly Manifest[]) {
    this.file = file;
    this.#registry = registry;
  }

  /** Reads `file`, or takes the built-in defaults where it is null. Never throws; see {@link error}. */
  static async open(file: string | null, registry: readonly Manifest[]): Promise<ConfigStore> {
    const store = new ConfigStore(file, registry);
    await store.reload();
    return store;
  }

  /** The mistake in the file as it was read last; null when it is good. */
  get error(): WireError | null {
    return this.#error;
  }

  /** The document in force; null when none was ever good. */
  get current(): ConfigDocument | null {
    return this.#current;
  }

  /** A daemon's table in force, or why there is none. */
  daemon(id: string): Outcome<DaemonConfig> {
    if (this.#current === null) {
      const error = this.#error ?? { code: 'config_invalid', message: 'No configuration was read.' };
      return { ok: false, error };
    }
    return { ok: true, result: this.#current.daemons.get(id) ?? { input: {}, runtime: undefined } };
  }

  /** The file as it is on disk now. Changes nothing. */
  async read(): Promise<Outcome<ConfigDocument>> {
    const read = await this.#read();
    return read.ok ? this.parse(read.result) : read;
  }

  /** A text as if it were that of the file. Changes nothing. */
  parse(text: string): Outcome<ConfigDocument> {
    return parseConfigDocument(text, this.file ?? '(built-in defaults)', this.#registry);
  }

  /** Puts a document into force. */
  accept(document: ConfigDocument): ConfigChange {
    const before = this.#current;
    this.#current = document;
    this.#error = null;
    return { changed: before === null ? [] : differences(before, document) };
  }

  /** Keeps why the file cannot be put into force; the document in force stays. */
  refuse(error: WireError): void {
    this.#error = error;
  }

  /** Reads the file again. With a mistake in it, nothing changes but {@link error}. */
  async reload(): Promise<Outcome<ConfigChange>> {
    const read = await this.read();
    if (read.ok) return { ok: true, result: this.accept(read.result) };
    this.refuse(read.error);
    return read;
  }

  /** Like {@link locateIn}, for the document in force. */
  locate(error: WireError): WireError {
    return this.#current === null ? error : locateIn(this.#current, this.file, error);
  }

  /** What daemons are started with, defaults included and secrets masked. */
  effective(): Readonly<Record<string, unknown>> {
    const tables: Record<string, unknown> = {};
    for (const manifest of this.#registry) {
      const config = this.daemon(manifest.id);
      const shown = config.ok ? this.shown(manifest.id, config.result.input) : undefined;
      if (shown !== undefined) tables[manifest.id] = shown;
    }
    return tables;
  }

  /** A daemon's table with defaults included and secrets masked; undefined for one that is not valid. */
  shown(id: string, input: unknown): unknown {
    const manifest = this.#registry.find((one) => one.id === id);
    const parsed = manifest?.config.safeParse(input);
    if (manifest === undefined || parsed?.success !== true) return undefined;
    return maskSecrets(parsed.data, schemaOf(manifest.config));
  }

  async #read(): Promise<Outcome<string>> {
    if (this.file === null) return { ok: true, result: '' };
    try {
      return { ok: true, result: await readTextFile(this.file, limits.configFileBytes.default) };
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      return { ok: false, error: unreadable(this.file, error) };
    }
  }
}

/**
 * The mistakes that a daemon found in its configuration, such as a certificate that cannot be used, with file and line in
 * front where they name a key (`detail.key`); any other error as it is.
 */
export function locateIn(document: ConfigDocument, file: string | null, error: WireError): WireError {
  const located = eachMistake(error).map((mistake) => locateOne(document, file, mistake));
  return joinMistakes(located) ?? error;
}

function locateOne(document: ConfigDocument, file: string | null, error: WireError): WireError {
  const key = error.detail?.key;
  if (typeof key !== 'string' || file === null) return error;
  const path = key.split(/[.[]/).map((part) => (part.endsWith(']') ? Number(part.slice(0, -1)) : part));
  const line = tomlPlaces(document.text).lineOf(path);
  // What is wrong with a default is no mistake of the file.
  if (line === null && error.code !== 'config_invalid') return error;
  return {
    ...error,
    message: `${placeOf(file, line)}: ${error.message}`,
    detail: { ...error.detail, file, line },
  };
}

/** What a file would have to be that is none, and what to do; a line that cannot be read says so itself. */
const EXPECTED =
  'expected a text file in TOML that this user can read: put it there, or name another with --config FILE';

function unreadable(file: string, { message, line }: FileProblem): WireError {
  return {
    code: line === null ? 'config_unreadable' : 'config_invalid',
    message: `${placeOf(file, line)}: the configuration file ${message}${line === null ? `; ${EXPECTED}` : ''}`,
    detail: { file, line, key: null },
  };
}

function differences(before: ConfigDocument, after: ConfigDocument): ConfigChange['changed'] {
  const changed: ConfigChange['changed'][number][] = [];
  for (const [id, config] of after.daemons) {
    const old = before.daemons.get(id);
    const table = JSON.stringify(old?.input) !== JSON.stringify(config.input);
    const runtime = old?.runtime !== config.runtime;
    if (table || runtime) changed.push({ id, table, runtime });
  }
  return changed;
}
