/**
 * The configuration in force. A file with a mistake never replaces a good one: the mistake is kept beside it until
 * the file is mended. The control plane makes one and asks it before each start.
 */
import { readFile, stat } from 'node:fs/promises';
import type { Outcome, WireError } from '../../../daemons/contract/errors.ts';
import type { Manifest } from '../../../daemons/contract/manifest.ts';
import type { ControlLimits } from '../limits.ts';
import { type ConfigDocument, type DaemonConfig, parseConfigDocument, placeOf } from './config-document.ts';
import { schemaOf } from './expectations.ts';
import { maskSecrets } from './secrets.ts';
import { scanTomlLines } from './toml-lines.ts';

/** What a reload changed. */
export interface ConfigChange {
  /** Daemons whose table differs, with whether it is only the runtime. */
  readonly changed: readonly { readonly id: string; readonly runtime: boolean; readonly table: boolean }[];
}

/** The configuration in force, and the mistake in the file where there is one. */
export class ConfigStore {
  readonly file: string | null;
  readonly #registry: readonly Manifest[];
  readonly #limits: ControlLimits;
  #current: ConfigDocument | null = null;
  #error: WireError | null = null;

  private constructor(file: string | null, registry: readonly Manifest[], limits: ControlLimits) {
    this.file = file;
    this.#registry = registry;
    this.#limits = limits;
  }

  /** Reads `file`, or takes the built-in defaults where it is null. Never throws; see {@link error}. */
  static async open(
    file: string | null,
    registry: readonly Manifest[],
    limits: ControlLimits,
  ): Promise<ConfigStore> {
    const store = new ConfigStore(file, registry, limits);
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

  /** Reads the file again. With a mistake in it, nothing changes but {@link error}. */
  async reload(): Promise<Outcome<ConfigChange>> {
    const read = await this.#read();
    const parsed = read.ok ? this.#parse(read.result) : read;
    if (!parsed.ok) {
      this.#error = parsed.error;
      return parsed;
    }
    const before = this.#current;
    this.#current = parsed.result;
    this.#error = null;
    return { ok: true, result: { changed: before === null ? [] : differences(before, parsed.result) } };
  }

  /** The mistake in `text`, or in the file as it is on disk now where no text is given. Changes nothing. */
  async check(text?: string): Promise<WireError | null> {
    const read = text === undefined ? await this.#read() : { ok: true as const, result: text };
    const parsed = read.ok ? this.#parse(read.result) : read;
    return parsed.ok ? null : parsed.error;
  }

  /**
   * A mistake that a daemon found in its configuration, such as a certificate that cannot be used, with file and line in
   * front where it names a key (`detail.key`); any other error as it is.
   */
  locate(error: WireError): WireError {
    const key = error.detail?.key;
    if (error.code !== 'config_invalid' || typeof key !== 'string' || this.#current === null) return error;
    if (this.file === null) return error;
    const line = scanTomlLines(this.#current.text).lineOf(key.split('.'));
    return {
      ...error,
      message: `${placeOf(this.file, line)}: ${error.message}`,
      detail: { ...error.detail, file: this.file, line },
    };
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

  #parse(text: string): Outcome<ConfigDocument> {
    return parseConfigDocument(text, this.file ?? '(built-in defaults)', this.#registry);
  }

  async #read(): Promise<Outcome<string>> {
    if (this.file === null) return { ok: true, result: '' };
    try {
      const { size } = await stat(this.file);
      if (size > this.#limits.configBytes) {
        return unreadable(this.file, `it has ${size} bytes, the limit is ${this.#limits.configBytes}`);
      }
      return { ok: true, result: await readFile(this.file, 'utf8') };
    } catch (error) {
      return unreadable(this.file, error instanceof Error ? error.message : String(error));
    }
  }
}

function unreadable(file: string, reason: string): Outcome<never> {
  const message = `${file}: the configuration file cannot be read: ${reason}`;
  return {
    ok: false,
    error: { code: 'config_unreadable', message, detail: { file, line: null, key: null } },
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
