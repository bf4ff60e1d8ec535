/** The verbs of the IRC server on the command line. Loaded by the command line alone. */
import type { VerbPrograms } from '../runtime/host/verb-definition.ts';
import { importConfig } from './import/import-verb.ts';
import type { IrcdVerbs } from './verb-specs.ts';

export const verbs: VerbPrograms<IrcdVerbs> = {
  import: (args) => importConfig(args),
};
