/**
 * Writes settings into the configuration file that a daemon declares (`adopts` of its manifest) and asks for, and puts them into force
 * by a reload. Where the reload is refused the file is as it was. Made by the control plane.
 */
import { chmod, realpath, stat } from 'node:fs/promises';
import { type Outcome, SignalboxError, toWireError } from '../../../contract/errors.ts';
import { formatKeyPath } from '../../../contract/key-path.ts';
import type { AdoptedSetting } from '../../../contract/manifest.ts';
import { readTextFile } from '../../../daemons/runtime/files/bounded-file.ts';
import { replaceFile } from '../../../daemons/runtime/files/saved-file.ts';
import { limits } from '../../../daemons/runtime/limits.ts';
import type { ConfigStore } from './config-store.ts';
import { withSetting } from './setting-edit.ts';

export interface SettingAdoptionParts {
  readonly store: Pick<ConfigStore, 'file' | 'parse'>;
  /** Reads the file and takes it over, as whoever asked. */
  readonly reload: (actor: string) => Promise<Outcome<unknown>>;
}

/** Adopts settings, one daemon at a time. */
export class SettingAdoption {
  readonly #parts: SettingAdoptionParts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: SettingAdoptionParts) {
    this.#parts = parts;
  }

  /** Resolves with which settings are others now. Never rejects. */
  run(settings: readonly AdoptedSetting[], actor: string): Promise<Outcome<{ readonly changed: string[] }>> {
    const next = this.#last.then(async () => {
      try {
        return { ok: true, result: { changed: await this.#adopt(settings, actor) } } as const;
      } catch (error) {
        return { ok: false, error: toWireError(error) } as const;
      }
    });
    this.#last = next;
    return next;
  }

  async #adopt(settings: readonly AdoptedSetting[], actor: string): Promise<string[]> {
    const named = this.#parts.store.file;
    if (named === null)
      throw new SignalboxError(
        'unsupported',
        `There is no configuration file to write ${inWords(settings)} into: start Signalbox with one.`,
      );
    const file = await realpath(named);
    const before = await readTextFile(file, limits.configFileBytes.default);
    const changed: string[] = [];
    let text = before;
    for (const setting of settings) {
      const next = withSetting(text, setting);
      if (next === null)
        throw new SignalboxError(
          'conflict',
          `${file} cannot be changed without touching more of it. Set ${inWords([setting])} there by hand, and reload.`,
        );
      if (next !== text) changed.push(formatKeyPath(setting.path));
      text = next;
    }
    if (changed.length > 0) await this.#write(file, before, text, actor);
    return changed;
  }

  async #write(file: string, before: string, text: string, actor: string): Promise<void> {
    const parsed = this.#parts.store.parse(text);
    if (!parsed.ok) throw refusal(parsed.error.message);
    const { mode } = await stat(file);
    const put = async (content: string) => {
      await replaceFile(file, content);
      await chmod(file, mode & 0o777);
    };
    await put(text);
    const outcome = await this.#parts.reload(actor);
    if (outcome.ok) return;
    await put(before);
    throw refusal(outcome.error.message);
  }
}

function refusal(why: string): SignalboxError {
  return new SignalboxError('conflict', `The configuration stays as it is: ${why}`);
}

function inWords(settings: readonly AdoptedSetting[]): string {
  return settings.map(({ path, value }) => `${formatKeyPath(path)} = ${JSON.stringify(value)}`).join(' and ');
}
