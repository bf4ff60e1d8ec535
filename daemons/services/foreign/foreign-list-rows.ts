/** What operators of other services keep as rows of the tables here; see foreign-rows.ts. */
import { fold } from '../../irc/casemapping.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { LIST_SHAPES } from '../opserv/lists.ts';
import { networkBanRow, putNetworkBan } from '../opserv/network-bans.ts';
import { type Listed, type ListShape, listedRow, putListed } from '../opserv/stored-list.ts';
import type { ForeignLists } from './foreign-lists.ts';

export function writeForeignLists(database: Sqlite, lists: ForeignLists): void {
  const put = <Entry extends Listed>(shape: ListShape<Entry>, entries: Iterable<Entry>) => {
    const statement = database.prepare(putListed(shape));
    for (const entry of entries) statement.run(...listedRow(shape, entry));
  };
  put(LIST_SHAPES.trusts, lists.trusts.values());
  put(LIST_SHAPES.gags, lists.gags.values());
  put(LIST_SHAPES.alerts, lists.alerts.values());
  put(LIST_SHAPES.reserves, lists.reserves.values());
  put(LIST_SHAPES.badWords, lists.badWords.values());
  put(LIST_SHAPES.exemptChannels, lists.exemptChannels.values());
  put(
    LIST_SHAPES.messages,
    lists.messages.map((message, index) => ({ ...message, id: index + 1 })),
  );
  const ban = putNetworkBan(database);
  for (const one of lists.bans.values()) ban.run(...networkBanRow(one));
  const forbid = database.prepare(
    'INSERT OR REPLACE INTO unregistrable (mask, set_by, set_at, expires, reason) VALUES (?, ?, ?, ?, ?)',
  );
  for (const { mask, by, at, expires, reason } of lists.unregistrable)
    forbid.run(fold(mask), by, at, expires, reason);
}
