/** The code of the admin commands about bans, which are all of addresses. */
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { describeActor } from '../../../contract/link/actor.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { counted, disconnects } from '../../runtime/host/impact-text.ts';
import { writeList } from '../../runtime/list-files/list-format.ts';
import {
  endCell,
  endProblem,
  type ListPlan,
  planList,
  planWords,
  roomFor,
} from '../../runtime/list-files/list-plan.ts';
import { BanIndex } from '../../runtime/net/ban-index.ts';
import { canonicalRange } from '../../runtime/net/canonical-address.ts';
import { parseCidr } from '../../runtime/net/ip-address.ts';
import type { Ban, BanList } from '../ban-list.ts';
import type { Client, ObjectsServer } from '../objects-server.ts';
import { type banCommands, banFile, banMask, banReason, MOST_BAN_MINUTES } from './ban-commands.ts';

const NO_REASON = 'no reason given';

/** A ban of a file, which whoever imports it sets. */
type FileBan = Omit<Ban, 'by' | 'createdAt'>;

const rowSchema = z.object({ mask: banMask, reason: banReason, expiresAt: endCell });

export function banHandlers(server: ObjectsServer, bans: BanList): CommandHandlers<typeof banCommands> {
  const shown = () => bans.all(Date.now());
  return {
    'add-ban': {
      check({ mask }) {
        maskOf(mask);
        if (bans.isFull(server.limits.max_bans, Date.now()))
          throw new SignalboxError(
            'limit_reached',
            `The list holds its limit of ${counted(server.limits.max_bans, 'ban')}.`,
          );
      },
      impact: ({ mask }) => disconnects(coveredBy(server, [mask]).length),
      async run({ mask, minutes, reason }, { actor }) {
        const value = maskOf(mask);
        const now = Date.now();
        const saving = bans.add({
          mask: value,
          reason: reason === '' ? NO_REASON : reason,
          by: describeActor(actor),
          createdAt: now,
          expiresAt: minutes === 0 ? null : now + minutes * 60_000,
        });
        return { mask: value, disconnected: disconnect(server, [mask]), ...(await saving) };
      },
    },
    'remove-ban': {
      async run({ mask }) {
        const saving = bans.remove(maskOf(mask));
        if (saving === null)
          throw new SignalboxError('not_found', `There is no ban on ${mask}; list them with bans.`);
        return { mask, ...(await saving) };
      },
    },
    bans: { run: () => ({ rows: [...shown()] }) },
    'export-bans': { run: () => ({ text: writeList(banFile, shown()) }) },
    'import-bans': {
      check: ({ bans: text }) => void planImport(server, bans, text),
      impact({ bans: text }) {
        const plan = planImport(server, bans, text);
        const { length } = coveredBy(server, masksOf(plan));
        return [...planWords(banFile, plan), disconnects(length)].filter((part) => part !== null).join(', ');
      },
      async run({ bans: text }, { actor }) {
        const plan = planImport(server, bans, text);
        const { entries, already, over } = plan;
        const common = { by: describeActor(actor), createdAt: Date.now() };
        const saving = bans.addAll(entries.map((ban) => ({ ...ban, ...common })));
        const disconnected = disconnect(server, masksOf(plan));
        return { imported: entries.length, already, over, disconnected, ...(await saving) };
      },
    },
  };
}

/** Reads a file and finds out whether all of it can be set. @throws SignalboxError `refused` */
function planImport(server: ObjectsServer, bans: BanList, text: string): ListPlan<FileBan> {
  const nowMs = Date.now();
  const there = new Map(bans.all(nowMs).map((ban) => [ban.mask, ban]));
  const most = server.limits.max_bans;
  const left = Math.max(0, most - there.size);
  const hasRoom = roomFor(left, (mask) => !there.has(mask));
  const reader = {
    row: rowSchema,
    endMs: ({ expiresAt }: z.output<typeof rowSchema>) => expiresAt,
    read: ({ mask, reason, expiresAt }: z.output<typeof rowSchema>): FileBan | string =>
      maskProblem(mask) ??
      endProblem(expiresAt, nowMs, MOST_BAN_MINUTES) ?? {
        mask: canonicalRange(mask),
        reason: reason === '' ? NO_REASON : reason,
        expiresAt,
      },
    keyOf: ({ mask }: FileBan) => mask,
    isThere({ mask, reason, expiresAt }: FileBan) {
      const ban = there.get(mask);
      return ban?.reason === reason && ban.expiresAt === expiresAt;
    },
    noRoom: ({ mask }: FileBan) =>
      hasRoom(mask) ? null : `the list of bans has no room for it: ${left} are left of ${most}`,
  };
  return planList(banFile, reader, text, nowMs);
}

function masksOf({ entries }: ListPlan<FileBan>): readonly string[] {
  return entries.map(({ mask }) => mask);
}

/** Disconnects whom bans cover; gives how many they were. */
function disconnect(server: ObjectsServer, masks: readonly string[]): number {
  const covered = coveredBy(server, masks);
  for (const client of covered) client.destroy();
  return covered.length;
}

/** The clients that bans would cover; none of what is no ban. Those of Unix sockets have no address. */
function coveredBy(server: ObjectsServer, masks: readonly string[]): readonly Client[] {
  const index = new BanIndex<string>((name) => name);
  for (const mask of masks) {
    const block = parseCidr(mask);
    if (block !== null) index.set(mask, mask, { kind: 'network', block }, null);
  }
  const now = Date.now();
  return [...server.clients()].filter(
    ({ terms }) => terms.transport === 'tcp' && index.match(terms.address, null, [], now) !== null,
  );
}

function maskProblem(mask: string): string | null {
  return parseCidr(mask) === null
    ? `${mask} is not an address or a range such as 192.0.2.0/24; clients of Unix sockets have no address, kill them or take their rights.`
    : null;
}

function maskOf(mask: string): string {
  const problem = maskProblem(mask);
  if (problem !== null) throw new SignalboxError('bad_request', problem);
  return canonicalRange(mask);
}
