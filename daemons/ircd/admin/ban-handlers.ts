/** The code of the admin commands about bans: those of this server, and those that the whole network has. */
import { SignalboxError } from '../../../contract/errors.ts';
import { describeActor } from '../../../contract/link/actor.ts';
import type { TableCell } from '../../../contract/stream.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { counted, disconnects } from '../../runtime/host/impact-text.ts';
import { writeList } from '../../runtime/list-files/list-format.ts';
import { countMatching } from '../actions/ban-walk.ts';
import { networkBanMatcher } from '../actions/network-ban.ts';
import { liftNetworkBan, problemWith, setNetworkBan } from '../commands/network-ban.ts';
import { addServerBan, banMatcher, removeServerBan } from '../commands/server-ban.ts';
import type { IrcServer } from '../irc-server.ts';
import { checkSpares } from '../server-bans.ts';
import { banFile } from './ban-file.ts';
import { importBans, importImpact } from './ban-import.ts';
import { type AdminBanKind, isOfNetwork } from './ban-kinds.ts';
import { planImport } from './ban-plan.ts';
import type { adminCommands } from './commands.ts';

type BanCommands = Pick<
  typeof adminCommands,
  'bans' | 'add-ban' | 'remove-ban' | 'export-bans' | 'import-bans'
>;

export function banHandlers(server: IrcServer): CommandHandlers<BanCommands> {
  return {
    bans: { run: () => ({ rows: banRows(server) }) },
    'add-ban': {
      check: ({ kind, mask, minutes, spares }) => {
        const problem = isOfNetwork(kind)
          ? problemWith(server, kind, mask, minutes)
          : (server.bans.problemWith(kind, mask, Date.now()) ?? checkSpares(kind, mask, spares));
        if (problem !== null) throw new SignalboxError('refused', problem);
      },
      impact: ({ kind, mask }) => impactOf(server, kind, mask),
      run: async ({ kind, mask, reason, minutes, spares }, { actor }) => {
        const by = describeActor(actor);
        const now = Date.now();
        const outcome = isOfNetwork(kind)
          ? setNetworkBan(server, { kind, mask, reason, by }, minutes)
          : addServerBan(server, {
              kind,
              mask,
              ...(kind === 'except' && spares !== undefined ? { spares } : {}),
              reason,
              by,
              setMs: now,
              expiresMs: minutes === 0 ? null : now + minutes * 60_000,
            });
        if (typeof outcome === 'string') throw new SignalboxError('refused', outcome);
        return { kind, mask: outcome.mask, disconnected: await outcome.dropped, ...(await outcome.saving) };
      },
    },
    'remove-ban': {
      run: async ({ kind, mask }, { actor }) => {
        const by = describeActor(actor);
        const saving = isOfNetwork(kind)
          ? (liftNetworkBan(server, kind, mask, by)?.saving ?? null)
          : removeServerBan(server, kind, mask, by);
        if (saving === null)
          throw new SignalboxError('not_found', `There is no ${kind} for ${mask}; list them with bans.`);
        return { kind, mask, ...(await saving) };
      },
    },
    'export-bans': { run: () => ({ text: writeList(banFile, banRows(server)) }) },
    'import-bans': {
      check: ({ bans }) => {
        planImport(server, bans);
      },
      impact: ({ bans }) => importImpact(server, planImport(server, bans)),
      run: ({ bans }, { actor }) => importBans(server, planImport(server, bans), describeActor(actor)),
    },
  };
}

async function impactOf(server: IrcServer, kind: AdminBanKind, mask: string): Promise<string | null> {
  if (kind === 'jupe') {
    const linked = server.state.findServer(mask);
    return linked === undefined ? null : `takes ${linked.name} off the network`;
  }
  const matches =
    kind === 'gline' || kind === 'shun'
      ? networkBanMatcher(server, kind, mask)
      : banMatcher(server, { kind, mask });
  const count = matches === null ? 0 : await countMatching(server, matches);
  return kind === 'shun' ? silences(count) : disconnects(count);
}

function silences(clients: number): string | null {
  return clients === 0 ? null : `silences ${counted(clients, 'client')}`;
}

/** Bans that are in force, by column key. */
export function banRows(server: IrcServer): Record<string, TableCell>[] {
  return [...serverRows(server), ...networkRows(server)];
}

function serverRows({ bans }: IrcServer) {
  return bans.list().map(({ kind, mask, spares = '', reason, by, setMs, expiresMs }) => ({
    kind,
    mask,
    spares,
    reason,
    by,
    createdAt: setMs,
    expiresAt: expiresMs,
  }));
}

function networkRows({ networkBans }: IrcServer) {
  return networkBans.inForce().map(({ kind, mask, reason, by, setMs, expiresMs }) => ({
    kind,
    mask,
    spares: '',
    reason,
    by,
    createdAt: setMs,
    expiresAt: expiresMs,
  }));
}
