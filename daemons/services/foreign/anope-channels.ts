/** Channels of Anope, in the terms of these services. */
import { fold } from '../../irc/casemapping.ts';
import { LEVELS } from '../chanserv/levels.ts';
import { type Anope, type displays, grouped, type Objects, timeIn } from './anope-objects.ts';
import {
  ChannelChecks,
  type ForeignChannel,
  type ForeignChannelUser,
  type ForeignLamer,
} from './foreign-channels.ts';
import type { LeftList } from './foreign-data.ts';

/** Modes that a channel keeps, by their names. */
const MODES: ReadonlyMap<string, string> = new Map([
  ...([
    ['INVITE', 'i'],
    ['KEY', 'k'],
    ['LIMIT', 'l'],
    ['MODERATED', 'm'],
    ['NOEXTERNAL', 'n'],
  ] as const),
  ...([
    ['PRIVATE', 'p'],
    ['SECRET', 's'],
    ['TOPIC', 't'],
    ['REGISTEREDONLY', 'r'],
    ['BLOCKCOLOR', 'c'],
  ] as const),
  ...([
    ['NOCTCP', 'C'],
    ['NONOTICE', 'N'],
    ['DELAYEDJOIN', 'D'],
  ] as const),
]);

/** Levels of the lists that are words. */
const XOP: Readonly<Record<string, number>> = {
  QOP: LEVELS.coowner,
  SOP: LEVELS.manager,
  AOP: LEVELS.op,
  HOP: LEVELS.halfop,
  VOP: LEVELS.peon,
};

/** @param accounts folded names of those that come along */
export function channelsOf(
  of: Objects,
  owner: ReturnType<typeof displays>,
  accounts: ReadonlySet<string>,
  left: LeftList,
  now: number,
): ForeignChannel[] {
  const byChannel = (kind: string, name = 'ci') => grouped(of(kind), (one) => one.get(name) ?? '');
  const parts = {
    access: byChannel('ChanAccess'),
    kicks: byChannel('AutoKick'),
    modes: byChannel('ModeLock'),
    entry: byChannel('EntryMsg'),
    suspended: byChannel('CSSuspendInfo', 'chan'),
  };
  const known = new Set<string>();
  const channels: ForeignChannel[] = [];
  for (const one of of('ChannelInfo')) {
    const checks = ChannelChecks.of(one.get('name') ?? '', known, left);
    if (checks === null) continue;
    const key = fold(checks.name);
    const founder = owner(one, 'founderid', 'founder');
    const users = [userOf(founder, LEVELS.owner), ...usersOf(parts.access.get(key) ?? [], founder, checks)];
    const people = checks.users(founder === '' ? users.slice(1) : users, accounts);
    if (people === null) continue;
    if (one.get('KEEPTOPIC') === '1' || one.get('TOPICLOCK') === '1')
      checks.setText('defaultTopic', one.get('last_topic') ?? null);
    const [entry] = parts.entry.get(key) ?? [];
    checks.setText('greeting', entry?.get('message') ?? null);
    checks.setText('userGreeting', entry?.get('message') ?? null);
    checks.setModes(lockOf(parts.modes.get(key) ?? [], checks));
    if (one.get('CS_NO_EXPIRE') === '1') checks.set('noDelete', 'on');
    if (one.get('NOAUTOOP') === '1') checks.set('automode', 'none');
    const [out] = parts.suspended.get(key) ?? [];
    const about = one.get('description') ?? '';
    channels.push({
      ...{ name: checks.name, owner: people.owner, registrar: null, mostUsers: 0 },
      registered: timeIn(one, 'registered') ?? timeIn(one, 'time_registered') ?? 0,
      visited: timeIn(one, 'last_used'),
      suspension: checks.suspension(
        out === undefined
          ? null
          : {
              ...{ at: timeIn(out, 'time') ?? 0, by: out.get('by') || 'Anope' },
              ...{ until: timeIn(out, 'expires') ?? 0, reason: out.get('reason') ?? '' },
            },
        now,
      ),
      settings: checks.settings,
      users: people.users,
      lamers: checks.lamers(
        (parts.kicks.get(key) ?? []).map((kick) => lamerOf(kick, owner)),
        now,
      ),
      notes: checks.notes(about === '' ? [] : [{ name: 'about', by: 'Anope', at: now, text: about }]),
    });
  }
  return channels;
}

function usersOf(access: readonly Anope[], founder: string, checks: ChannelChecks): ForeignChannelUser[] {
  const users = new Map<string, ForeignChannelUser>();
  for (const one of access) {
    const account = one.get('mask') ?? '';
    if (fold(account) === fold(founder)) continue;
    const level = levelOf(one.get('provider') ?? '', one.get('data') ?? '');
    if (/[!@*?#]/.test(account)) checks.lost('access by mask', 'access is by account here', account);
    else if (level === null) checks.lost('access to a channel', 'its level gives nothing here', account);
    else users.set(fold(account), { ...userOf(account, level), seen: timeIn(one, 'last_seen') });
  }
  return [...users.values()];
}

function userOf(account: string, level: number): ForeignChannelUser {
  return {
    ...{ account, level, autoOp: true, seen: null, info: null },
    ...{ autoInvite: false, autoJoin: false, suspendedUntil: null, expires: null, backTo: null },
  };
}

/** What access of its three kinds comes to: words, numbers or letters; null for none. */
function levelOf(provider: string, data: string): number | null {
  if (provider === 'access/xop') return XOP[data] ?? null;
  if (provider === 'access/flags') {
    const has = (letters: string) => [...letters].some((letter) => data.includes(letter));
    if (has('Fq')) return LEVELS.coowner;
    if (has('fsa')) return LEVELS.manager;
    if (has('oO')) return LEVELS.op;
    return has('hH') ? LEVELS.halfop : LEVELS.peon;
  }
  const number = /^-?\d{1,6}$/.test(data) ? Number(data) : 0;
  if (number >= 10_000) return LEVELS.coowner;
  if (number >= 10) return LEVELS.manager;
  if (number >= 5) return LEVELS.op;
  if (number >= 4) return LEVELS.halfop;
  return number >= 1 ? LEVELS.peon : null;
}

function lamerOf(kick: Anope, owner: ReturnType<typeof displays>): ForeignLamer {
  return {
    // Somebody who is kept out by account is not by a mask; the check says so.
    mask: kick.get('mask') ?? owner(kick, 'ncid', 'nc'),
    by: kick.get('creator') || 'Anope',
    added: timeIn(kick, 'addtime') ?? 0,
    used: timeIn(kick, 'last_used'),
    expires: null,
    reason: kick.get('reason') ?? '',
  };
}

/** Modes that are kept, as `setModes` takes them. */
function lockOf(locks: readonly Anope[], checks: ChannelChecks): string {
  let letters = '';
  const words: string[] = [];
  for (const one of locks) {
    const name = one.get('name') ?? '';
    const letter = MODES.get(name);
    const on = one.get('set') === '1';
    if (letter === undefined) checks.lost('mode that is kept', 'there is none such here', name);
    else {
      letters += `${on ? '+' : '-'}${letter}`;
      if (on && (letter === 'l' || letter === 'k')) words.push(one.get('param') ?? '');
    }
  }
  return [letters, ...words].join(' ');
}
