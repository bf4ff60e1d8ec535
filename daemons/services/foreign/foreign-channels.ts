/** Channels of other services, in the terms of these, and what their parts are checked by. */
import { limits as accountLimits } from '../../identity/limits.ts';
import { fold } from '../../irc/casemapping.ts';
import { isValidChannelName } from '../../irc/names.ts';
import { readBanMask } from '../chanserv/ban-masks.ts';
import { SETTINGS, type SettingKey } from '../chanserv/channel-settings.ts';
import { LEVELS } from '../chanserv/levels.ts';
import { readModeLock } from '../chanserv/mode-lock.ts';
import { limits } from '../limits.ts';
import type { LeftList } from './foreign-data.ts';
import { PartChecks } from './part-checks.ts';

/** Somebody with access to a channel, its owner too; null where nothing is known. Times are Unix milliseconds. */
export interface ForeignChannelUser {
  readonly account: string;
  /** 1 to 500; 500 for the owner alone. */
  readonly level: number;
  readonly seen: number | null;
  readonly info: string | null;
  readonly autoOp: boolean;
  readonly autoInvite: boolean;
  readonly autoJoin: boolean;
  /** 0 for ever. */
  readonly suspendedUntil: number | null;
  readonly expires: number | null;
  readonly backTo: number | null;
}

/** Who is kept out. */
export interface ForeignLamer {
  readonly mask: string;
  readonly by: string;
  readonly added: number;
  readonly used: number | null;
  readonly expires: number | null;
  readonly reason: string;
}

export interface ForeignChannelNote {
  readonly name: string;
  readonly by: string;
  readonly at: number;
  readonly text: string;
}

export interface ForeignSuspension {
  readonly at: number;
  readonly by: string;
  /** 0 for ever. */
  readonly until: number;
  readonly reason: string;
}

/** A channel that belongs to an account. */
export interface ForeignChannel {
  readonly name: string;
  readonly owner: string;
  readonly registered: number;
  readonly registrar: string | null;
  readonly visited: number | null;
  readonly mostUsers: number;
  readonly suspension: ForeignSuspension | null;
  /** What is otherwise than by default, as it is kept. */
  readonly settings: ReadonlyMap<SettingKey, string>;
  readonly users: readonly ForeignChannelUser[];
  readonly lamers: readonly ForeignLamer[];
  readonly notes: readonly ForeignChannelNote[];
}

const ROWS = new Map(SETTINGS.map((row) => [row.key, row]));

/** Checks the parts of one channel. */
export class ChannelChecks extends PartChecks {
  readonly settings = new Map<SettingKey, string>();

  /** @param accounts folded names of the accounts that come along */
  static of(name: string, known: Set<string>, left: LeftList): ChannelChecks | null {
    const most = accountLimits.channelNameBytes.default;
    if (!isValidChannelName(name, most) || !name.startsWith('#')) {
      left.add('channel', `its name is none: # and up to ${most} bytes`, name);
      return null;
    }
    if (known.has(fold(name))) {
      left.add('channel', 'there is another one of its name', name);
      return null;
    }
    known.add(fold(name));
    return new ChannelChecks(name, left);
  }

  /** What is set, by a word that SET would take. */
  set(key: SettingKey, word: string | null): void {
    if (word === null || word === '') return;
    const row = ROWS.get(key)!;
    const value = row.read(word);
    if (value === null) this.lost('setting', `expected ${row.takes}`, `${row.name} ${word}`);
    else if (value === row.initial) this.settings.delete(key);
    else this.settings.set(key, row.write(value));
  }

  /** A topic or greeting. */
  setText(key: 'defaultTopic' | 'topicMask' | 'greeting' | 'userGreeting', text: string | null): void {
    this.set(key, this.drawn(ROWS.get(key)!.name, text, limits.channelTextBytes.default));
  }

  /** Modes that are kept, such as `+ntlk 50 key`; letters that there are not here are said. */
  setModes(text: string): void {
    const [letters = '', ...words] = text.trim().split(/ +/);
    let lock = '';
    const taken: string[] = [];
    let sign = '+';
    for (const letter of letters) {
      if (letter === '+' || letter === '-') {
        sign = letter;
        continue;
      }
      const argument = sign === '+' && (letter === 'l' || letter === 'k') ? (words.shift() ?? '') : '';
      if (readModeLock(`${sign}${letter} ${argument}`.trim()) === null) {
        this.lost('mode that is kept', 'there is none such here', `${sign}${letter}`);
        continue;
      }
      lock += `${sign}${letter}`;
      if (argument !== '') taken.push(argument);
    }
    if (lock !== '') this.set('modes', [lock, ...taken].join(' '));
  }

  /**
   * Those with access, of whom there are accounts, as many as there may be: the highest ones.
   * @returns null where it is nobody's
   */
  users(
    users: readonly ForeignChannelUser[],
    accounts: ReadonlySet<string>,
  ): { readonly owner: string; readonly users: ForeignChannelUser[] } | null {
    const there = users.filter(({ account }) => {
      if (accounts.has(fold(account))) return true;
      this.lost('access to a channel', 'its account does not come along', account);
      return false;
    });
    const owner = there.find(({ level }) => level >= LEVELS.owner);
    if (owner === undefined) {
      this.left.add('channel', 'nobody owns it: REGISTER it for somebody', this.name);
      return null;
    }
    const most = accountLimits.channelAccess.default;
    const others = there
      .filter((user) => user !== owner)
      .sort((one, other) => other.level - one.level)
      .map((user) => (user.level >= LEVELS.owner ? this.#coowner(user) : user));
    for (const { account } of others.slice(most))
      this.lost('access to a channel', `a channel has up to ${most} beside its owner`, account);
    return { owner: owner.account, users: [owner, ...others.slice(0, most)] };
  }

  userInfo(text: string | null): string | null {
    return this.drawn('information of a user', text, limits.userInfoBytes.default);
  }

  /** @param now Unix milliseconds: those that are over by then are not said */
  lamers(lamers: readonly ForeignLamer[], now: number): ForeignLamer[] {
    const most = limits.lamersPerChannel.default;
    const fine = new Map<string, ForeignLamer>();
    for (const one of lamers) {
      if (one.expires !== null && one.expires <= now) continue;
      const mask = /[!@*?.:/]/.test(one.mask) ? readBanMask(one.mask, null) : null;
      if (mask === null) this.lost('lamer', 'it is no mask: expected nick!user@host', one.mask);
      else if (fine.size >= most) this.lost('lamer', `a channel has up to ${most}`, mask);
      else {
        const reason = this.drawn('reason', one.reason, limits.channelTextBytes.default) ?? 'banned';
        fine.set(fold(mask), { ...one, mask, reason });
      }
    }
    return [...fine.values()];
  }

  notes(notes: readonly ForeignChannelNote[]): ForeignChannelNote[] {
    const most = limits.notesPerChannel.default;
    const fine = new Map<string, ForeignChannelNote>();
    for (const { name, by, at, text } of notes) {
      const key = name
        .toLowerCase()
        .replace(/[^\w-]/g, '_')
        .slice(0, 32);
      const line = this.drawn('note', text, limits.channelTextBytes.default);
      if (key === '' || line === null) continue;
      if (fine.size >= most || fine.has(key))
        this.lost('note', `a channel has up to ${most}, each of its own name`, name);
      else fine.set(key, { name: key, by, at, text: line });
    }
    return [...fine.values()];
  }

  /** Null where it is over. */
  suspension(suspension: ForeignSuspension | null, now: number): ForeignSuspension | null {
    if (suspension === null || (suspension.until !== 0 && suspension.until <= now)) return null;
    const reason = this.drawn('reason', suspension.reason, limits.channelTextBytes.default);
    return { ...suspension, reason: reason ?? 'suspended before' };
  }

  #coowner(user: ForeignChannelUser): ForeignChannelUser {
    const level = LEVELS.owner - 1;
    this.lost(
      'ownership of a channel',
      `a channel has one owner, and others have level ${level}`,
      user.account,
    );
    return { ...user, level };
  }
}
