/** Channels, help bots and channels of SpamServ of other services as rows of the tables here; see foreign-rows.ts. */
import { fold } from '../../irc/casemapping.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { hasStatus } from '../chanserv/access-writes.ts';
import { readSettings } from '../chanserv/channel-settings.ts';
import { LEVELS } from '../chanserv/levels.ts';
import type { ForeignChannel, ForeignChannelUser } from './foreign-channels.ts';
import type { ForeignData } from './foreign-data.ts';
import type { ForeignHelpBot } from './foreign-help.ts';

/** Ids of accounts by folded name. */
type Ids = ReadonlyMap<string, number>;

/** @param now Unix milliseconds, for what has no time of its own */
export function writeForeignChannels(
  database: Sqlite,
  channels: readonly ForeignChannel[],
  ids: Ids,
  now: number,
): void {
  const prepare = (sql: string) => database.prepare(sql);
  const into = {
    channel: prepare('INSERT INTO channels (key, name, founder, created, registered) VALUES (?, ?, ?, ?, ?)'),
    access: prepare(
      'INSERT INTO channel_access (channel, account, level, added, rank, quiet) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    user: prepare(
      `INSERT INTO channel_users (channel, account, seen, info, auto_op, auto_invite, auto_join, suspended_until, expires,
        back_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    setting: prepare('INSERT INTO channel_settings (channel, name, value) VALUES (?, ?, ?)'),
    lamer: prepare(
      `INSERT INTO channel_lamers (channel, mask, added_by, added, used, expires, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    note: prepare(
      'INSERT INTO channel_notes (channel, name, written_by, written, text) VALUES (?, ?, ?, ?, ?)',
    ),
    state: prepare(
      `INSERT INTO channel_states (channel, registrar, visited, most_users, suspended_at, suspended_by, suspended_until,
        suspended_reason, founder_quiet) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
  for (const channel of channels) {
    const { name, settings, suspension } = channel;
    const key = fold(name);
    const at = channel.registered > 0 && channel.registered <= now ? channel.registered : now;
    into.channel.run(key, name, ids.get(fold(channel.owner)), at, at);
    const read = readSettings([...settings].map(([setting, value]) => ({ name: setting, value })));
    let founderIsQuiet = suspension !== null;
    for (const user of channel.users) {
      const id = ids.get(fold(user.account))!;
      const isQuiet = suspension !== null || !hasStatus(read, user, now);
      if (user.account === channel.owner) founderIsQuiet = isQuiet;
      else {
        const standing = user.level >= LEVELS.op ? 'op' : 'voice';
        into.access.run(key, id, standing, now, user.level, Number(isQuiet));
      }
      into.user.run(key, id, ...userRow(user));
    }
    for (const [setting, value] of settings) into.setting.run(key, setting, value);
    for (const { mask, by, added, used, expires, reason } of channel.lamers)
      into.lamer.run(key, mask, by, added, used, expires, reason);
    for (const { name: note, by, at: written, text } of channel.notes)
      into.note.run(key, note, by, written, text);
    into.state.run(
      key,
      channel.registrar,
      channel.visited,
      channel.mostUsers,
      ...suspensionRow(channel),
      Number(founderIsQuiet),
    );
  }
}

function userRow(user: ForeignChannelUser): (string | number | null)[] {
  const { seen, info, autoOp, autoInvite, autoJoin, suspendedUntil, expires, backTo } = user;
  return [
    ...[seen, info, Number(autoOp), Number(autoInvite), Number(autoJoin)],
    ...[suspendedUntil, expires, backTo],
  ];
}

function suspensionRow({ suspension }: ForeignChannel): (string | number | null)[] {
  if (suspension === null) return [null, null, null, null];
  const { at, by, until, reason } = suspension;
  return [at, by, until, reason];
}

/** Help bots, with those who help there, what they did, and what is open. */
export function writeForeignHelp(
  database: Sqlite,
  bots: readonly ForeignHelpBot[],
  ids: Ids,
  now: number,
): void {
  const prepare = (sql: string) => database.prepare(sql);
  const into = {
    bot: prepare(
      `INSERT INTO help_bots (key, nick, channel_key, channel, registered, registered_by, used, next_number, settings,
        suspended_reason, suspended_by, suspended_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    staff: prepare('INSERT INTO help_staff (bot, account, role, added) VALUES (?, ?, ?, ?)'),
    figures: prepare(
      `INSERT INTO help_figures (bot, account, week, picked_up, closed, handed_on, taken_on, present)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    request: prepare(
      `INSERT INTO help_requests (bot, number, nick, host, account, helper, opened, updated, assigned)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    line: prepare(
      `INSERT INTO help_lines (bot, number, line, at, kind, said_by, text) VALUES (?, ?, ?, ?, 'asked', ?, ?)`,
    ),
  };
  for (const bot of bots) {
    const key = fold(bot.nick);
    const { nick, channel, suspension } = bot;
    into.bot.run(
      ...[key, nick, fold(channel), channel, bot.registered, bot.registrar, bot.used, bot.nextNumber],
      JSON.stringify(bot.settings),
      ...[suspension?.reason ?? null, suspension?.by ?? null, suspension?.until ?? null],
    );
    for (const { account, role, figures } of bot.staff) {
      const id = ids.get(fold(account))!;
      into.staff.run(key, id, role, now);
      for (const { week, pickedUp, closed, handedOn, takenOn, present } of figures)
        into.figures.run(key, id, week, pickedUp, closed, handedOn, takenOn, present);
    }
    for (const { number, account, helper, opened, assigned, lines } of bot.requests) {
      const helping = helper === null ? null : ids.get(fold(helper))!;
      // Where they ask from is not kept by others; they are known by their account.
      into.request.run(
        ...[key, number, account, '', ids.get(fold(account))!, helping],
        ...[opened, opened, helping === null ? null : assigned],
      );
      for (const [line, text] of lines.entries()) into.line.run(key, number, line, opened, account, text);
    }
  }
}

export function writeForeignSpam(database: Sqlite, spam: ForeignData['spam'], ids: Ids, now: number): void {
  const prepare = (sql: string) => database.prepare(sql);
  const into = {
    channel: prepare(
      'INSERT INTO spam_channels (channel, registered, registered_by, settings) VALUES (?, ?, ?, ?)',
    ),
    word: prepare('INSERT INTO spam_words (channel, kind, word) VALUES (?, ?, ?)'),
    trust: prepare(
      'INSERT OR IGNORE INTO spam_trusts (channel, account, added, added_by) VALUES (?, ?, ?, ?)',
    ),
  };
  for (const { channel, settings, bad, exceptions } of spam.channels) {
    const key = fold(channel);
    into.channel.run(key, now, 'X3', JSON.stringify(settings));
    for (const word of bad) into.word.run(key, 'bad', word);
    for (const word of exceptions) into.word.run(key, 'exception', word);
  }
  for (const { account, channel, by, at } of spam.trusts)
    into.trust.run(channel === null ? null : fold(channel), ids.get(fold(account))!, at, by);
}
