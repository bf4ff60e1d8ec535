/** A daemon with a command of each kind, for tests of how commands are offered, asked about and shown. */
import { z } from 'zod';
import type { CommandDescription, ManifestDescription } from '../../contract/manifest.ts';
import { manifestOf } from '../model/test-host.ts';

/** `d` with `clients` (a table that only reads), `kick` (disruptive), `wipe` (irreversible) and `set` (an argument of each kind). */
export const COMMANDS: ManifestDescription = manifestOf({
  renamed: { commands: { who: 'clients' } },
  commands: {
    clients: {
      summary: 'Lists who is there',
      danger: 'safe',
      access: 'read',
      result: 'table',
      args: z.object({}),
      columns: [
        { key: 'nick', title: 'Nick', type: 'text' },
        { key: 'open', title: 'Open', type: 'number' },
      ],
      rowActions: [
        { title: 'Kick', command: 'kick', args: { nick: 'nick' } },
        { title: 'Gone', command: 'nowhere', args: {} },
      ],
    },
    kick: {
      summary: 'Disconnects a client',
      danger: 'disruptive',
      access: 'operate',
      result: 'json',
      args: z.object({ nick: z.string().describe('Whose'), reason: z.string().default('bye') }),
    },
    wipe: {
      summary: 'Forgets a room',
      danger: 'irreversible',
      access: 'admin',
      result: 'text',
      args: z.object({ room: z.string() }),
      confirmArg: 'room',
    },
    set: {
      summary: 'Changes a setting',
      danger: 'safe',
      access: 'admin',
      result: 'json',
      args: z.object({
        name: z.string().max(5).describe('Of the setting'),
        password: z.string().meta({ secret: true }).optional(),
        most: z.number().int().min(2).max(9).optional().describe('How many'),
        level: z.enum(['low', 'high']).optional(),
        order: z.enum(['up', 'down']).default('up'),
        loud: z.boolean().optional(),
        masks: z.array(z.string()).optional(),
        notes: z.array(z.string()).optional().describe('Words.'),
      }),
    },
  },
});

/** A command of {@link COMMANDS}. */
export function commandOf(name: string): CommandDescription {
  const found = COMMANDS.commands.find((command) => command.name === name);
  if (found === undefined) throw new Error(`there is no command ${name}`);
  return found;
}
