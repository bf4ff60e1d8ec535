/** The verbs of the relay on the command line, as its manifest declares them; their programs are in verbs.ts. */
import { z } from 'zod';
import { lineText } from '../../contract/line-texts.ts';
import { defineVerb, type VerbSpec } from '../../contract/manifest.ts';
import { LIMITS } from './limits.ts';

export const verbSpecs = {
  chat: defineVerb({
    summary: 'Talk in a room of a relay: lines of standard input go there, what others say comes back',
    args: z.object({
      room: lineText({ max: LIMITS.room_name_bytes.max }).describe('Name of the room'),
      peer: lineText({ max: LIMITS.peer_id_bytes.max })
        .optional()
        .describe('Id by which others know you; the relay assigns one if absent'),
      connect: lineText({ max: 1_024 })
        .optional()
        .describe('HOST:PORT of a relay; where the instance that runs listens if absent'),
      relay: lineText({ max: 64 })
        .optional()
        .describe('Identity that the relay must have; what it had when first met if absent'),
      identity_file: lineText({ max: 4_096 })
        .optional()
        .describe(
          'PEM file of your identity, made where it is not there; in your configuration folder if absent',
        ),
      plain: z
        .boolean()
        .default(false)
        .describe('Plain frames instead of a sealed session: anybody on the way reads them'),
    }),
    positionals: ['room'],
  }),
} satisfies Record<string, VerbSpec>;

/** The verbs, for the type of their programs. */
export type RelayVerbs = typeof verbSpecs;
