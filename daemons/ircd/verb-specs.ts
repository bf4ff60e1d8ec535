/** The verbs of the IRC server on the command line, as its manifest declares them; their programs are in verbs.ts. */
import { z } from 'zod';
import { lineText } from '../../contract/line-texts.ts';
import { defineVerb, type VerbSpec } from '../../contract/manifest.ts';

/** Servers whose configuration can be imported. */
export const IMPORT_KINDS = ['inspircd', 'unrealircd', 'ircu', 'ergo'] as const;

export const verbSpecs = {
  import: defineVerb({
    summary:
      'Write the configuration of another IRC server as settings of this one, and what it cannot take over',
    args: z.object({
      kind: z.enum(IMPORT_KINDS).describe('The server that the file is of'),
      file: lineText({ max: 4_096 }).describe('Its configuration file; nothing is changed in it'),
    }),
    positionals: ['kind', 'file'],
  }),
} satisfies Readonly<Record<string, VerbSpec>>;

export type IrcdVerbs = typeof verbSpecs;
