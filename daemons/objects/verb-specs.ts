/** The verbs of the object server on the command line, as its manifest declares them; their programs are in verbs.ts. */
import { z } from 'zod';
import { lineText } from '../../contract/line-texts.ts';
import { defineVerb, type VerbSpec } from '../../contract/manifest.ts';
import { FIXED_LIMITS, LIMITS } from './limits.ts';

/** How content travels. */
export const VERB_MODES = ['fdpass', 'copy', 'splice'] as const;

const uri = lineText({ max: FIXED_LIMITS.uri_bytes.default }).describe(
  'Name of the object, such as images/logo.png',
);

const connection = {
  mode: z
    .enum(VERB_MODES)
    .default('copy')
    .describe(
      'How content comes: as a descriptor (Unix sockets), written by the server, or moved by the kernel; counts for get',
    ),
  connect: lineText({ max: 1_024 })
    .optional()
    .describe('Path of a Unix socket, or HOST:PORT; where the instance that runs listens if absent'),
  token_file: lineText({ max: 4_096 }).optional().describe('File with the token of a TCP listener'),
};

export const verbSpecs = {
  get: defineVerb({
    summary: 'Fetch an object into a file, or to standard output',
    args: z.object({
      uri,
      file: lineText({ max: 4_096 }).optional().describe('File to write; standard output if absent'),
      ...connection,
    }),
    positionals: ['uri', 'file'],
  }),
  put: defineVerb({
    summary: 'Store a file, or standard input, as an object',
    args: z.object({
      uri,
      file: lineText({ max: 4_096 }).optional().describe('File to read; standard input if absent'),
      ...connection,
    }),
    positionals: ['uri', 'file'],
  }),
  list: defineVerb({
    summary: 'List objects',
    args: z.object({
      prefix: lineText({ min: 0, max: FIXED_LIMITS.uri_bytes.default })
        .default('')
        .describe('Only those whose name begins with it'),
      limit: z
        .number()
        .int()
        .min(1)
        .max(10_000_000)
        .default(LIMITS.list_entries.max)
        .describe('Most objects'),
      ...connection,
    }),
    positionals: ['prefix'],
  }),
  stat: defineVerb({
    summary: 'Show what is known of an object',
    args: z.object({ uri, ...connection }),
    positionals: ['uri'],
  }),
  delete: defineVerb({
    summary: 'Delete an object',
    args: z.object({ uri, ...connection }),
    positionals: ['uri'],
  }),
} satisfies Record<string, VerbSpec>;

/** The verbs, for the type of their programs. */
export type ObjectsVerbs = typeof verbSpecs;
