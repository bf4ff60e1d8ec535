/**
 * TRACE: finds users by criteria, in slices, and does something to them. Who would be hit and who is spared is counted first, by the
 * same rules by which it is done then, so that a preview tells what happens.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { ViewUser } from '../network/view-parts.ts';
import { type Actor, type Spared, sparedAddress, sparedUser } from './actor.ts';
import { addressMask } from './acts.ts';
import type { Discriminator } from './discriminator.ts';
import type { OpServ } from './opserv.ts';
import { sliced, WRITTEN_AT_ONCE } from './sliced.ts';
import { search } from './user-search.ts';

/** What is done to each, and from which level on. */
export const TRACE_ACTIONS = {
  NOTICE: { level: 100, effect: 'tells them the reason in a notice', harms: false },
  PRIVMSG: { level: 100, effect: 'tells them the reason in a message', harms: false },
  GLINE: { level: 600, effect: 'bans their addresses', harms: true },
  SHUN: { level: 600, effect: 'shuns their addresses', harms: true },
  GAG: { level: 600, effect: 'has bots hear nobody from their hosts', harms: true },
  KILL: { level: 600, effect: 'disconnects them', harms: true },
} as const satisfies Record<string, { level: number; effect: string; harms: boolean }>;

export type TraceAction = keyof typeof TRACE_ACTIONS;

/** Whom an action hits. */
export interface Aim {
  /** Who meets the criteria. */
  readonly met: number;
  readonly hit: readonly ViewUser[];
  /** How many are spared, by why. */
  readonly spared: Readonly<Record<Spared, number>>;
}

/** Who would be hit, by criteria and by who wants it; nothing is done. */
export async function aim(
  opserv: OpServ,
  action: TraceAction,
  discriminator: Discriminator,
  actor: Actor,
  goesOn: () => boolean = () => true,
): Promise<Aim> {
  const { view } = opserv;
  const spared: Record<Spared, number> = { service: 0, operator: 0, above: 0, trusted: 0 };
  const hit: ViewUser[] = [];
  if (view === null) return { met: 0, hit, spared };
  const byAddress = action === 'GLINE' || action === 'SHUN';
  const { harms } = TRACE_ACTIONS[action];
  const met = await search(
    opserv.facts,
    view,
    discriminator,
    (user) => {
      const spare = byAddress ? sparedAddress : sparedUser;
      const why = harms ? spare(opserv.ranks, actor, user, discriminator.abuse) : null;
      if (why === null) hit.push(user);
      else spared[why]++;
    },
    { goesOn },
  );
  return { met, hit, spared };
}

/**
 * Does it, in slices, to those who are still there and not above whoever wants it by then.
 * @returns how many were hit; of an address that many come from each counts
 */
export async function strike(
  opserv: OpServ,
  action: TraceAction,
  { hit }: Aim,
  { reason, seconds, abuse }: Discriminator,
  actor: Actor,
): Promise<number> {
  const { view, acts, ranks } = opserv;
  if (view === null) throw new SignalboxError('unavailable', 'Services are linked to no network now.');
  const text = reason ?? 'An operator wanted it so';
  const why = { seconds: seconds ?? opserv.blockSeconds, reason: text, by: actor.name };
  const { harms } = TRACE_ACTIONS[action];
  const masks = new Set<string>();
  let writing: Promise<unknown>[] = [];
  let done = 0;
  // One ban is for all of an address, and whoever was gone by it was hit as well.
  const ban = (user: ViewUser): boolean => {
    const mask = action === 'GAG' ? user.host : addressMask(user);
    if (masks.has(mask)) return true;
    if (!isDue(user)) return false;
    masks.add(mask);
    const kind = action === 'SHUN' ? 'shun' : 'gline';
    writing.push(action === 'GAG' ? acts.gag(user, why) : acts.banAddress(user, why, kind));
    return true;
  };
  const isDue = (user: ViewUser) =>
    view.resolve(user) === user && !(harms && sparedUser(ranks, actor, user, abuse) !== null);
  const act = (user: ViewUser): boolean => {
    if (action === 'GLINE' || action === 'SHUN' || action === 'GAG') return ban(user);
    if (!isDue(user)) return false;
    if (action === 'KILL') acts.kill(user, text);
    else acts.say(user, text, action === 'NOTICE' ? 'notice' : 'message');
    return true;
  };
  // Of a network that is lost meanwhile nobody is found any more.
  for (let at = 0; at < hit.length; at += WRITTEN_AT_ONCE) {
    const visit = (user: ViewUser) => {
      if (act(user)) done++;
      return true;
    };
    await sliced(opserv.options.clock, hit.slice(at, at + WRITTEN_AT_ONCE), visit);
    const failed = (await Promise.allSettled(writing)).find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    writing = [];
  }
  return done;
}

/** The part of a host by which DOMAINS counts: its last parts, or the first of an address. */
export function domainOf({ host, address }: ViewUser, depth: number): string {
  if (host === address || /^[\d.]+$/.test(host) || host.includes(':')) {
    const separator = address.includes(':') ? ':' : '.';
    const parts = address.split(separator);
    return depth >= parts.length ? address : `${parts.slice(0, depth).join(separator)}${separator}*`;
  }
  return host.split('.').slice(-depth).join('.');
}
