/**
 * The configuration file. Reading it is for operators: secrets are masked, but it names other operators and files.
 * Reloading is for admins, as is checking a text, which has the host read the files that the text names.
 */
import { z } from 'zod';
import type { WireError } from '../errors.ts';
import type { ReloadOutcome } from '../link/reload.ts';
import { defineRequest, resultType } from './request.ts';

export const configRequests = {
  'config.get': defineRequest({
    summary:
      'The configuration file as it was read, and what it means with all defaults; secrets are masked.',
    access: 'operate',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({}),
    result: resultType<{
      readonly file: string | null;
      readonly text: string;
      /** What each daemon runs with, and one that does not run would be started with; by its id, secrets masked. */
      readonly effective: Readonly<Record<string, unknown>>;
      /** Of those that run: the settings that wait for a restart, with the values that they will have then. */
      readonly waiting: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    }>(),
    errors: [],
    example: {},
  }),
  'config.check': defineRequest({
    summary: 'The mistake in a text, or in the file as it is now; changes nothing.',
    access: 'admin',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({
      text: z.string().max(1_000_000).optional().describe('A configuration; the file where it is left out'),
    }),
    result: resultType<{
      readonly file: string | null;
      readonly error: WireError | null;
      /** What the operator should know although a start would take it. */
      readonly warnings: readonly string[];
    }>(),
    errors: [],
    example: { text: '[relay]\nlisten = 5\n' },
  }),
  'config.reload': defineRequest({
    summary: 'Reads the file again. With a mistake in it nothing changes; nobody is disconnected.',
    access: 'admin',
    danger: null,
    audited: true,
    sentence: 'read|read the configuration file again',
    unrecorded: 'refuse',
    args: z.object({}),
    result: resultType<{
      readonly daemons: readonly ({ readonly id: string } & ReloadOutcome)[];
    }>(),
    errors: ['config_invalid', 'config_unreadable'],
    example: {},
  }),
};
