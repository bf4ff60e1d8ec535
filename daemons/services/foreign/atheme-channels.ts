/** Channels and bans of Atheme's flat file, in the terms of these services, as its rows come. */
import { fold } from '../../irc/casemapping.ts';
import { LEVELS } from '../chanserv/levels.ts';
import {
  ChannelChecks,
  type ForeignChannel,
  type ForeignChannelUser,
  type ForeignLamer,
  type ForeignSuspension,
} from './foreign-channels.ts';
import { decoded, type LeftList } from './foreign-data.ts';
import { ForeignLists } from './foreign-lists.ts';

/** Words of a row; the place of the first one is 1. */
export type Row = readonly string[];

/** Modes that a channel keeps, by their bit; that it is registered is no mode here. */
const MODES: readonly (readonly [number, string])[] = [
  [0x001, 'i'],
  [0x002, 'k'],
  [0x004, 'l'],
  [0x008, 'm'],
  [0x010, 'n'],
  [0x040, 'p'],
  [0x080, 's'],
  [0x100, 't'],
];

/** Metadata of channels that is read, or of which nothing is lost. */
const METADATA = new Set([
  ...['private:topic:text', 'private:entrymsg', 'private:mlockext', 'url', 'email'],
  ...['private:close:closer', 'private:close:reason', 'private:close:timestamp'],
  ...['private:topic:setter', 'private:topic:ts', 'private:channelts'],
  ...['private:mark:setter', 'private:mark:timestamp'],
]);

/** Settings of a channel by their letter that there are not here, and what comes near. */
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['r', 'RESTRICTED is not, SET MODES +i keeps out who has no access'],
  ['f', 'ANTIFLOOD is not, SpamServ looks for floods'],
]);

/** Somebody on the access list, or a mask. */
interface DraftAccess {
  readonly who: string;
  readonly flags: string;
  readonly changed: number;
  readonly by: string;
  readonly metadata: Map<string, string>;
}

interface DraftChannel {
  readonly name: string;
  readonly row: Row;
  readonly access: Map<string, DraftAccess>;
  readonly metadata: Map<string, string>;
}

export class AthemeChannels {
  readonly lists: ForeignLists;
  readonly #drafts = new Map<string, DraftChannel>();
  readonly #left: LeftList;
  readonly #now: number;

  /** @param now Unix milliseconds */
  constructor(left: LeftList, now: number) {
    this.#left = left;
    this.#now = now;
    this.lists = new ForeignLists(left, now);
  }

  /** Takes a row; false where it is about something else. @param version of the tables */
  take(row: Row, version: number): boolean {
    const [kind = '', name = ''] = row;
    if (kind === 'MC') this.#channel(decoded(name), row);
    else if (kind === 'CA') this.#access(row);
    else if (kind === 'MDC') this.#metadata(row);
    else if (kind === 'MDA') this.#ofAccess(row);
    else if (kind === 'KL') this.#ban(version > 10 ? row.slice(2) : row.slice(1));
    else if (kind === 'QL') this.#reserve(version > 10 ? row.slice(2) : row.slice(1));
    else return false;
    return true;
  }

  /** @param accounts folded names of those that come along */
  channels(accounts: ReadonlySet<string>): ForeignChannel[] {
    const known = new Set<string>();
    const channels: ForeignChannel[] = [];
    for (const draft of this.#drafts.values()) {
      const checks = ChannelChecks.of(draft.name, known, this.#left);
      const channel = checks === null ? null : this.#made(draft, checks, accounts);
      if (channel !== null) channels.push(channel);
    }
    return channels;
  }

  /** MC name registered used flags modes-on modes-off limit [key] */
  #channel(name: string, row: Row): void {
    const draft = { name, row, access: new Map<string, DraftAccess>(), metadata: new Map<string, string>() };
    if (this.#drafts.has(fold(name))) this.#left.add('channel', 'there is another one of its name', name);
    else this.#drafts.set(fold(name), draft);
  }

  /** CA channel account-or-mask flags changed [by]; by since version 9 */
  #access([, channel = '', who = '', flags = '', changed, by = '*']: Row): void {
    const name = decoded(who);
    const draft = this.#of(channel, 'access to a channel', name);
    const access = { who: name, flags, changed: secondsMs(changed), by: decoded(by), metadata: new Map() };
    draft?.access.set(fold(name), access);
  }

  #metadata(row: Row): void {
    const [, channel = '', name = ''] = row;
    const value = decoded(row.slice(3).join(' '));
    this.#of(channel, 'property of a channel', name)?.metadata.set(name, value);
  }

  #ofAccess(row: Row): void {
    const [, channel = '', who = '', name = ''] = row;
    const draft = this.#of(channel, 'property of access to a channel', decoded(who));
    draft?.access.get(fold(decoded(who)))?.metadata.set(name, decoded(row.slice(4).join(' ')));
  }

  #of(channel: string, what: string, which: string): DraftChannel | undefined {
    const draft = this.#drafts.get(fold(decoded(channel)));
    if (draft === undefined)
      this.#left.add(what, 'its channel is not in the file', `${decoded(channel)}: ${which}`);
    return draft;
  }

  /** user host duration set by reason */
  #ban([user = '', host = '', lasts, set, by = '', ...reason]: Row): void {
    const entry = this.#entry(lasts, set, by, reason);
    this.lists.ban('ban of the network (K-line)', 'gline', decoded(`${user}@${host}`), entry);
  }

  /** mask duration set by reason */
  #reserve([bytes = '', lasts, set, by = '', ...reason]: Row): void {
    const mask = decoded(bytes);
    const entry = this.#entry(lasts, set, by, reason);
    if (/^[#&]/.test(mask))
      this.#left.add('channel that nobody may use (Q-line)', 'NOREGISTER has it not be registered', mask);
    else if (/[*?]/.test(mask))
      this.#left.add('nicks that nobody may have (Q-line)', 'RESERVE holds one nick, not many', mask);
    else this.lists.reserve(mask, 'reserved', 'reserved', entry);
  }

  #entry(lasts: string | undefined, set: string | undefined, by: string, reason: Row) {
    const at = secondsMs(set);
    const lasting = secondsMs(lasts);
    return {
      by: decoded(by),
      at: at === 0 ? null : at,
      expires: lasting === 0 ? null : at + lasting,
      reason: decoded(reason.join(' ')),
    };
  }

  #made(draft: DraftChannel, checks: ChannelChecks, accounts: ReadonlySet<string>): ForeignChannel | null {
    const { row, metadata } = draft;
    const [, , registered, used, flags = '', on, off, limit, key = ''] = row;
    const people = checks.users(this.#people(draft, checks), accounts);
    if (people === null) return null;
    const topic = metadata.get('private:topic:text') ?? null;
    checks.setText('defaultTopic', /[kt]/.test(flags) || topic === null ? topic : null);
    checks.setText('greeting', metadata.get('private:entrymsg') ?? null);
    checks.setText('userGreeting', metadata.get('private:entrymsg') ?? null);
    checks.setModes(lockText(wholeNumber(on), wholeNumber(off), limit, decoded(key), metadata));
    if (flags.includes('h')) checks.set('noDelete', 'on');
    if (flags.includes('o')) checks.set('automode', 'none');
    for (const [letter, instead] of FLAGS)
      if (flags.includes(letter)) checks.lost('setting of a channel', instead, '');
    for (const name of metadata.keys())
      if (!METADATA.has(name) && !name.startsWith('private:botserv:'))
        checks.lost('property of a channel', `there is no place for ${name.slice(0, 40)}`, '');
    return {
      name: draft.name,
      owner: people.owner,
      registered: secondsMs(registered),
      registrar: null,
      visited: secondsMs(used) || null,
      mostUsers: 0,
      suspension: checks.suspension(closedBy(metadata), this.#now),
      settings: checks.settings,
      users: people.users,
      lamers: checks.lamers(this.#lamers(draft), this.#now),
      notes: checks.notes(notesOf(metadata, this.#now)),
    };
  }

  #people({ access }: DraftChannel, checks: ChannelChecks): ForeignChannelUser[] {
    const people: ForeignChannelUser[] = [];
    // Whoever has been founder for longest is it here.
    const founders = (one: DraftAccess) => (one.flags.includes('F') ? 0 : 1);
    const all = [...access.values()].sort((one, other) => founders(one) - founders(other));
    for (const { who, flags } of all) {
      if (flags.includes('b')) continue;
      if (who.startsWith('!')) checks.lost('access of a group', 'access is by account here', who);
      else if (/[!@*?]/.test(who)) checks.lost('access by mask', 'access is by account here', who);
      else {
        const level = levelOf(flags);
        if (level !== null) people.push(userOf(who, flags, level));
      }
    }
    return people;
  }

  #lamers({ access }: DraftChannel): ForeignLamer[] {
    return [...access.values()]
      .filter(({ flags }) => flags.includes('b'))
      .map(({ who, changed, by, metadata }) => ({
        // Somebody who is kept out by account is not by a mask; the check says so.
        mask: who,
        by: by === '*' ? 'Atheme' : by,
        added: changed,
        used: null,
        expires: secondsMs(metadata.get('expires')) || null,
        reason: metadata.get('reason') ?? '',
      }));
  }
}

/** What letters of access come to; null where they give nothing. */
function levelOf(flags: string): number | null {
  const has = (letters: string) => [...letters].some((letter) => flags.includes(letter));
  if (has('F')) return LEVELS.owner;
  if (has('S') || (has('f') && has('s'))) return LEVELS.coowner;
  if (has('fsRqa')) return LEVELS.manager;
  if (has('oOr')) return LEVELS.op;
  if (has('hH')) return LEVELS.halfop;
  return has('vVtiAe') ? LEVELS.peon : null;
}

function userOf(account: string, flags: string, level: number): ForeignChannelUser {
  const automatic = level >= LEVELS.op ? 'O' : level >= LEVELS.halfop ? 'H' : 'V';
  return {
    ...{ account, level, autoOp: flags.includes(automatic), seen: null, info: null },
    ...{ autoInvite: false, autoJoin: false, suspendedUntil: null, expires: null, backTo: null },
  };
}

/** Modes that are kept, as `readModeLock` takes them. */
function lockText(
  on: number,
  off: number,
  limit: string | undefined,
  key: string,
  metadata: ReadonlyMap<string, string>,
): string {
  const letters = (bits: number) =>
    MODES.filter(([bit]) => (bits & bit) !== 0)
      .map(([, letter]) => letter)
      .join('');
  // A limit and a key stand there by themselves as well.
  const limited = wholeNumber(limit) > 0 ? 'l' : '';
  const keyed = key !== '' ? 'k' : '';
  const set = `${letters(on).replace(/[kl]/g, '')}${limited}${keyed}`;
  // Further ones are words, a letter and perhaps a value.
  const further = (metadata.get('private:mlockext') ?? '').split(' ');
  const more = further.map((word) => word.slice(0, 1)).join('');
  const words = [limited === '' ? '' : limit, keyed === '' ? '' : key].filter((word) => word !== '');
  const plus = `${set}${more}` === '' ? '' : `+${set}${more}`;
  const minus = letters(off) === '' ? '' : `-${letters(off)}`;
  return [`${plus}${minus}`, ...words].join(' ');
}

function closedBy(metadata: ReadonlyMap<string, string>): ForeignSuspension | null {
  const by = metadata.get('private:close:closer');
  if (by === undefined) return null;
  const at = secondsMs(metadata.get('private:close:timestamp'));
  return { by, at, until: 0, reason: metadata.get('private:close:reason') ?? 'closed in Atheme' };
}

/** Where to read more, and what operators noted. */
function notesOf(metadata: ReadonlyMap<string, string>, now: number) {
  const notes: { name: string; by: string; at: number; text: string }[] = [];
  for (const name of ['url', 'email']) {
    const text = metadata.get(name);
    if (text !== undefined) notes.push({ name, by: 'Atheme', at: now, text });
  }
  return notes;
}

function secondsMs(text: string | undefined): number {
  return wholeNumber(text) * 1_000;
}

export function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
