/**
 * The languages of bots: English, and files that translate its texts. `services/languages/<code>.json` of the data directory holds
 * `{ "name": "Deutsch", "texts": { "You are not logged in.": "..." } }`; what is missing there is said in English.
 * `en.json` says English texts otherwise.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MistakeCollector } from '../../../contract/config-mistakes.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import { isLineText } from '../../../contract/line-texts.ts';
import { FileProblem, readBoundedFile } from '../../runtime/files/bounded-file.ts';
import { limits } from '../limits.ts';
import { placesOf } from './reply.ts';
import { ENGLISH } from './reply-style.ts';

/** A language. */
export interface Catalogue {
  readonly code: string;
  readonly name: string;
  /** By English text. */
  readonly texts: ReadonlyMap<string, string>;
}

const EXTENSION = '.json';
const CODE = /^[a-z]{2,3}(-[a-z0-9]{2,8})?$/;

const catalogueFile = z.strictObject({
  name: z.string().min(1).max(64).refine(isLineText, { error: 'expected text on one line' }),
  texts: z.record(z.string(), z.string()),
});

/** Languages that can be chosen, English first. */
export class Catalogues {
  readonly #byCode: ReadonlyMap<string, Catalogue>;

  constructor(catalogues: readonly Catalogue[] = []) {
    const english: Catalogue = { code: ENGLISH, name: 'English', texts: new Map() };
    this.#byCode = new Map([english, ...catalogues].map((one) => [one.code, one]));
  }

  get all(): readonly Catalogue[] {
    return [...this.#byCode.values()];
  }

  find(code: string): Catalogue | undefined {
    return this.#byCode.get(code.toLowerCase());
  }

  /** An English text in a language; itself where there is no such language, or it has not been translated. */
  translate(code: string, text: string): string {
    return this.#byCode.get(code)?.texts.get(text) ?? text;
  }
}

/**
 * Reads the languages of a folder; a folder that is not there has none.
 * @throws SignalboxError `config_invalid` for a file that cannot be used
 */
export async function readCatalogues(folder: string): Promise<Catalogues> {
  const mistakes = new MistakeCollector();
  const read: Catalogue[] = [];
  for (const file of await filesIn(folder)) {
    const catalogue = await mistakes.attempt(() => readCatalogue(folder, file));
    if (catalogue !== null && catalogue !== undefined) read.push(catalogue);
  }
  mistakes.settle();
  return new Catalogues(read);
}

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new SignalboxError('config_invalid', `${folder} cannot be read (${error.message})`, {
      cause: error,
    });
  });
  const files = names.filter((name) => name.endsWith(EXTENSION)).sort();
  if (files.length > limits.languages.default)
    throw new SignalboxError(
      'config_invalid',
      `${folder}: expected at most ${limits.languages.default} languages, found ${files.length}`,
    );
  return files;
}

async function readCatalogue(folder: string, file: string): Promise<Catalogue> {
  const path = join(folder, file);
  const wrong = (problem: string) =>
    new SignalboxError('config_invalid', `${path}: ${problem}`, {
      detail: { key: `services/languages/${file}` },
    });
  const code = file.slice(0, -EXTENSION.length);
  if (!CODE.test(code)) throw wrong('expected the code of a language, such as de.json or pt-br.json');
  let json: unknown;
  try {
    json = JSON.parse((await readBoundedFile(path, limits.languageFileBytes.default)).toString('utf8'));
  } catch (error) {
    throw wrong(error instanceof FileProblem ? error.message : 'expected JSON');
  }
  const parsed = catalogueFile.safeParse(json);
  if (!parsed.success) throw wrong('expected { "name": "...", "texts": { "English text": "translation" } }');
  const { name, texts } = parsed.data;
  for (const [text, translation] of Object.entries(texts)) {
    if (!isLineText(translation))
      throw wrong(`"${text}": expected a translation on one line, without control characters`);
    if (placesOf(translation).some((place) => !placesOf(text).includes(place)))
      throw wrong(`"${text}": expected no other places in the translation than in the text`);
  }
  return { code, name, texts: new Map(Object.entries(texts)) };
}
