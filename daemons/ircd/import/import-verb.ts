/** `signalbox import KIND FILE`: reads the configuration of another server and writes what it says as settings of this one. */
import { basename, resolve } from 'node:path';
import { SignalboxError } from '../../../contract/errors.ts';
import { readTextFile } from '../../runtime/files/bounded-file.ts';
import type { VerbAnswer } from '../../runtime/host/verb-definition.ts';
import { limits } from '../limits.ts';
import type { IMPORT_KINDS } from '../verb-specs.ts';
import { type Block, ImportMistake } from './block.ts';
import { readBlockFile } from './block-file.ts';
import { fromErgo, readErgoFile } from './ergo.ts';
import { importedText } from './import-text.ts';
import { fromInspircd } from './inspircd.ts';
import { fromIrcu } from './ircu.ts';
import { readTagFile } from './tag-file.ts';
import { Translation } from './translation.ts';
import { fromUnrealircd } from './unrealircd.ts';

/** A server whose configuration is understood. */
interface Kind {
  /** As people call it. */
  readonly title: string;
  readonly read: (text: string) => Block;
  readonly translate: (root: Block, into: Translation) => void;
}

type ImportKind = (typeof IMPORT_KINDS)[number];

const KINDS: Readonly<Record<ImportKind, Kind>> = {
  inspircd: { title: 'InspIRCd', read: readTagFile, translate: fromInspircd },
  unrealircd: { title: 'UnrealIRCd', read: readBlockFile, translate: fromUnrealircd },
  ircu: { title: 'ircu', read: readBlockFile, translate: fromIrcu },
  ergo: { title: 'Ergo', read: readErgoFile, translate: fromErgo },
};

/** Throws SignalboxError `not_found` or `bad_request`, which says the line. */
export async function importConfig(args: {
  readonly kind: ImportKind;
  readonly file: string;
}): Promise<VerbAnswer> {
  const path = resolve(args.file);
  const { title, read, translate } = KINDS[args.kind];
  let text: string;
  try {
    text = await readTextFile(path, limits.importBytes.default);
  } catch (error) {
    const { cause, message } = error as Error;
    const missing = (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    throw new SignalboxError(missing ? 'not_found' : 'bad_request', `${path} ${message}`, { cause: error });
  }
  const translation = new Translation();
  try {
    translate(read(text), translation);
  } catch (error) {
    if (!(error instanceof ImportMistake)) throw error;
    throw new SignalboxError(
      'bad_request',
      `${path}, line ${error.line}: ${error.message}. Expected a configuration file of ${title}; nothing was made of it.`,
    );
  }
  const { toml, left } = await importedText(translation, title, basename(path));
  return { text: toml.trimEnd(), json: { toml, left } };
}
