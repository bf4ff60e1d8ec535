/** Accounts of other services as rows of the tables here. Written into a database that is merged then, as an export is. */
import { fold } from '../../irc/casemapping.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { ForeignAccount, LeftList } from './foreign-data.ts';

/**
 * Writes accounts into empty tables, within a transaction.
 * @param now Unix milliseconds, for what has no time of its own
 * @param left told of nicks and certificates that two accounts have
 * @returns the ids by folded name
 */
export function writeForeign(
  database: Sqlite,
  accounts: readonly ForeignAccount[],
  now: number,
  left: LeftList,
): ReadonlyMap<string, number> {
  const prepare = (sql: string) => database.prepare(sql);
  const into = {
    account: prepare(
      `INSERT INTO accounts (key, name, created, last_login, email, suspended_reason, suspended_by, suspended_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    hash: prepare("INSERT INTO credentials (account, kind, data, changed) VALUES (?, 'foreign', ?, ?)"),
    nick: prepare('INSERT OR IGNORE INTO nicks (key, nick, account, added) VALUES (?, ?, ?, ?)'),
    print: prepare('INSERT OR IGNORE INTO fingerprints (fingerprint, account, added) VALUES (?, ?, ?)'),
    mask: prepare('INSERT INTO host_masks (account, mask, added) VALUES (?, ?, ?)'),
    ignore: prepare('INSERT INTO ignores (account, mask, added) VALUES (?, ?, ?)'),
    note: prepare('INSERT INTO notes (account, written_by, written, text) VALUES (?, ?, ?, ?)'),
    profile: prepare(
      `INSERT INTO profiles (account, info, max_logins, level, flags, epithet, privmsg, style, width, color, language,
        vacation_since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
  const ids = new Map<ForeignAccount, number>();
  for (const one of accounts) {
    const { name, email, lastLogin, suspended } = one;
    const created = one.created > 0 && one.created <= now ? one.created : now;
    const { lastInsertRowid } = into.account.run(
      ...[fold(name), name, created, lastLogin, email],
      ...[suspended?.reason ?? null, suspended?.by ?? null, suspended === null ? null : now],
    );
    const id = Number(lastInsertRowid);
    ids.set(one, id);
    into.nick.run(fold(name), name, id, created);
  }
  // The name of an account is its own before it is another's nick.
  for (const [one, id] of ids) {
    if (one.hash !== null) into.hash.run(id, one.hash, now);
    for (const nick of one.nicks)
      if (into.nick.run(fold(nick), nick, id, now).changes === 0)
        left.add('nick', 'it is another account’s', `${one.name}: ${nick}`);
    for (const print of one.fingerprints)
      if (into.print.run(print, id, now).changes === 0)
        left.add('certificate', 'it is another account’s', `${one.name}: ${print}`);
    for (const mask of one.hostMasks) into.mask.run(id, mask, now);
    for (const mask of one.ignores) into.ignore.run(id, mask, now);
    for (const { by, at, text } of one.notes) into.note.run(id, by, at, text);
    into.profile.run(...profileOf(id, one, now));
  }
  return new Map([...ids].map(([{ name }, id]) => [fold(name), id]));
}

function profileOf(id: number, one: ForeignAccount, now: number): (string | number | null)[] {
  const { info, maxLogins, level, flags, epithet, privmsg, style, width, color, language, isAway } = one;
  const bit = (value: boolean | null) => (value === null ? null : Number(value));
  return [
    ...[id, info, maxLogins, level, flags, epithet, bit(privmsg), style, width, bit(color), language],
    isAway ? now : null,
  ];
}
