/** Declares the admin commands about bans, one by one and as files. Their code is in ban-handlers.ts. */
import { z } from 'zod';
import { addressWord, lineText } from '../../../contract/line-texts.ts';
import { type CommandSpec, defineCommand } from '../../../contract/manifest.ts';
import { exportCommand, importSentence, listText } from '../../runtime/list-files/list-commands.ts';
import type { ListFile } from '../../runtime/list-files/list-format.ts';
import { connectionsMetric } from '../../runtime/net/acceptor-metrics.ts';
import { banMinutes } from '../../runtime/net/ban-minutes.ts';
import { banActions, banColumns } from '../../runtime/net/client-columns.ts';
import { LIMITS } from '../limits.ts';

/** Longest that a ban with an end lasts: ten years. */
export const MOST_BAN_MINUTES = 5_256_000;
const REASON_CHARACTERS = 200;

const connections = connectionsMetric('relay');

/** A peer id, an identity or a network, which may begin with a colon. */
export const banMask = addressWord({ max: LIMITS.peer_id_bytes.max });
export const banKind = z
  .enum(['peer', 'cidr', 'identity'])
  .describe('peer for a peer id, cidr for an address or range, identity for one that was proved');
export const banReason = lineText({ min: 0, max: REASON_CHARACTERS }).default('');

/** The bans of the relay as a file. */
export const banFile: ListFile = {
  daemon: 'relay',
  list: 'bans',
  noun: 'ban',
  columns: banColumns,
  needed: ['kind', 'mask'],
};

export const banCommands = {
  'add-ban': defineCommand({
    summary: 'Ban a peer id, an address range or an identity, and disconnect whom it covers',
    sentence: 'ban|banned {mask}[ {minutes}][, {=disconnected} dropped][ (“{reason}”)]',
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      kind: banKind,
      mask: banMask.describe('Such as alice, 192.0.2.1 or 192.0.2.0/24'),
      reason: banReason.describe('What those affected are told'),
      minutes: banMinutes(MOST_BAN_MINUTES),
    }),
    result: 'json',
    effects: [connections],
  }),
  'remove-ban': defineCommand({
    summary: 'Lift a ban',
    sentence: 'lift|lifted the ban on {mask}',
    danger: 'safe',
    access: 'operate',
    args: z.object({ kind: banKind, mask: banMask.describe('The mask, in any spelling of its address') }),
    result: 'json',
  }),
  bans: defineCommand({
    summary: 'List the bans',
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
  'export-bans': exportCommand(banFile),
  'import-bans': defineCommand({
    summary:
      'Set all bans of a file, or none where one of them cannot be set, and disconnect whom they cover',
    sentence: `${importSentence(banFile)}[, {=disconnected} dropped]`,
    danger: 'disruptive',
    access: 'operate',
    args: z.object({ bans: listText(banFile) }),
    result: 'json',
    effects: [connections],
  }),
} satisfies Record<string, CommandSpec>;
