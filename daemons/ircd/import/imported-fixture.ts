/** Translates a text as the verb does, and has the server take what comes of it. Used by the tests of importers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { ircdConfigSchema } from '../config.ts';
import type { IMPORT_KINDS } from '../verb-specs.ts';
import { importConfig } from './import-verb.ts';

/** The rivals whose configuration is known. */
export type Kind = (typeof IMPORT_KINDS)[number];

/** @param folder where the text is put, as a file */
export async function importedFrom(folder: string, kind: Kind, text: string) {
  const file = join(folder, 'other.conf');
  writeFileSync(file, text);
  const { json } = await importConfig({ kind, file });
  const { toml, left } = json as { toml: string; left: { line: number; what: string; why: string }[] };
  const { ircd } = parse(toml) as { ircd: Record<string, unknown> };
  // Whatever comes of it, the server takes it.
  ircdConfigSchema.parse(ircd);
  return { ircd, toml, left, told: left.map(({ line, what, why }) => `${line} ${what}: ${why}`) };
}
