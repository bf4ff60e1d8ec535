/** Declares the admin commands about bans, one by one and as files. Their code is in ban-handlers.ts. */
import { z } from 'zod';
import { addressWord, lineWord } from '../../../contract/line-texts.ts';
import { defineCommand } from '../../../contract/manifest.ts';
import { exportCommand, importSentence, listText } from '../../runtime/list-files/list-commands.ts';
import { banMinutes } from '../../runtime/net/ban-minutes.ts';
import { banActions } from '../../runtime/net/client-columns.ts';
import { SPARED } from '../ban-exceptions.ts';
import { limits } from '../limits.ts';
import { banFile } from './ban-file.ts';
import { ADMIN_BAN_KINDS } from './ban-kinds.ts';
import { banColumns } from './columns.ts';

const CONNECTIONS = 'signalbox_ircd_connections';

// An address may begin with a colon.
const banMask = addressWord({ max: limits.maskBytes.default });
const banKind = z
  .enum(ADMIN_BAN_KINDS)
  .describe(
    'kline for user@host or ~r:realname, dline for an address or network, resv for nicks or #channels that nobody may take, except for user@host whom bans do not hit; on the whole network gline for user@host, shun for user@host who may only leave, jupe for a server',
  );

/** @param reason the argument that all commands with a reason have */
export const banCommands = (reason: z.ZodString) => ({
  bans: defineCommand({
    summary: 'List K-lines, D-lines, reserved names, exceptions, G-lines, shuns and jupes',
    sentence: 'list|listed the bans',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: banColumns,
    rowActions: banActions,
  }),
  'add-ban': defineCommand({
    summary: 'Ban users here or on the whole network, or a server, and drop whom it matches',
    sentence: 'ban|banned {mask}[ {minutes}][, {=disconnected} dropped][ (“{reason}”)]',
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      kind: banKind,
      mask: banMask.describe(
        'Such as *@*.example.org, *@10.0.0.0/8, 192.0.2.1 or 192.0.2.0/24; a name for a jupe, names such as bad* or #warez* for resv',
      ),
      reason: reason.default('Banned by an administrator'),
      minutes: banMinutes(525_600).describe('Minutes it lasts; 0 is for ever, of the network a week'),
      spares: lineWord({ min: 0, max: Object.keys(SPARED).length })
        .optional()
        .describe(
          `Of except, what it spares: ${Object.entries(SPARED)
            .map(([letter, what]) => `${letter} ${what}`)
            .join(', ')}; all where empty`,
        ),
    }),
    result: 'json',
    effects: [CONNECTIONS, 'signalbox_ircd_kline_matches_total'],
  }),
  'remove-ban': defineCommand({
    summary: 'Lift a ban, of the network on all of it',
    sentence: 'lift|lifted the {kind} on {mask}',
    danger: 'safe',
    access: 'operate',
    args: z.object({ kind: banKind, mask: banMask.describe('The mask, in any spelling of its address') }),
    result: 'json',
  }),
  'export-bans': exportCommand(banFile),
  'import-bans': defineCommand({
    summary: 'Set all bans of a file, or none where one of them cannot be set, and drop whom they match',
    sentence: `${importSentence(banFile)}[, {=disconnected} dropped]`,
    danger: 'disruptive',
    access: 'operate',
    args: z.object({ bans: listText(banFile) }),
    result: 'json',
    effects: [CONNECTIONS],
  }),
});
