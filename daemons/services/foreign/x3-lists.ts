/** What operators of X3 keep, in the terms of these services: G-lines and shuns, OpServ's lists, messages of Global. */
import { fold } from '../../irc/casemapping.ts';
import { decoded, type LeftList } from './foreign-data.ts';
import { type ForeignEntry, ForeignLists } from './foreign-lists.ts';
import { listed, listIn, numberIn, objectIn, objectsIn, type SaxObject, textIn } from './saxdb.ts';
import { readX3Unregistrable, said, timeIn } from './x3-channels.ts';

/** Whom a message of Global is for, by its bits. */
const TARGETS: ReadonlyMap<number, string> = new Map([
  [0x01, 'users'],
  [0x02, 'helpers'],
  [0x04, 'opers'],
  [0x06, 'staff'],
  [0x08, 'channels'],
  [0x09, 'all'],
  [0x80, 'authed'],
  [0x100, 'rchannels'],
]);
/** Bits that say how it is said, and not to whom. */
const OPTIONS = 0x30;
/** To those who want announcements: everybody here. */
const ANNOUNCE = 0x40;

/** Parts of OpServ that have no place here, and why. */
const NO_PLACE: readonly (readonly [string, string, string])[] = [
  ['routingplan', 'routing plan', 'how servers link is said in the configuration of each'],
  ['chanwarn', 'warning about a channel', 'ALERT CHANNEL does that'],
];

/** @param levels of operators, by folded account */
export function readX3Lists(
  whole: SaxObject,
  levels: ReadonlyMap<string, number>,
  left: LeftList,
  now: number,
): ForeignLists {
  const lists = new ForeignLists(left, now);
  for (const [section, kind, what] of [
    ['gline', 'gline', 'G-line'],
    ['shun', 'shun', 'shun'],
  ] as const)
    for (const [mask, record] of objectsIn(whole, section))
      lists.ban(what, kind, decoded(mask), entryOf(record, 'issuer'));
  const opserv = objectIn(whole, 'OpServ');
  for (const [network, record] of objectsIn(opserv, 'trusted'))
    lists.trust(decoded(network), numberIn(record, 'limit') ?? 0, entryOf(record, 'issuer'));
  for (const [mask, record] of objectsIn(opserv, 'gags')) lists.gag(decoded(mask), entryOf(record, 'owner'));
  for (const [name, record] of objectsIn(opserv, 'alerts')) {
    const owner = said(record, 'owner') ?? '';
    const expires = timeIn(record, 'expire');
    const reaction = (said(record, 'reaction') ?? 'notice').toUpperCase();
    const criteria = said(record, 'discrim') ?? '';
    const entry = { ...entryOf(record, 'owner'), expires };
    lists.alert(decoded(name), reaction, criteria, levels.get(fold(owner)) ?? 0, entry);
  }
  for (const [nick, record] of objectsIn(opserv, 'reserves'))
    lists.reserve(decoded(nick), said(record, 'username') ?? '', said(record, 'hostname') ?? '', {
      ...NOBODYS,
      reason: said(record, 'description'),
    });
  for (const word of listIn(opserv, 'bad')) lists.badWord(decoded(word), NOBODYS);
  for (const channel of listIn(opserv, 'exempt')) lists.exemptChannel(decoded(channel), NOBODYS);
  for (const [name, what, why] of NO_PLACE)
    left.addMany(what, why, [...objectIn(opserv, name).keys()].map(decoded));
  for (const [id, record] of listed(objectIn(whole, 'Global'))) {
    const posted = timeIn(record, 'posted');
    const lasts = numberIn(record, 'duration') ?? 0;
    const expires = lasts > 0 && posted !== null ? posted + lasts * 1_000 : null;
    const sender = said(record, 'from') ?? '';
    const entry = { by: sender === '' ? 'X3' : sender, at: posted, expires, reason: null };
    const target = targetOf(numberIn(record, 'flags') ?? 0);
    lists.message(id, target, entry.by, said(record, 'message') ?? '', entry);
  }
  lists.unregistrable.push(...readX3Unregistrable(objectIn(whole, 'ChanServ'), left, now));
  return lists;
}

const NOBODYS: ForeignEntry = { by: 'X3', at: null, expires: null, reason: null };

function entryOf(record: SaxObject, by: 'issuer' | 'owner'): ForeignEntry {
  return {
    by: textIn(record, by) === '' ? 'X3' : (said(record, by) ?? 'X3'),
    at: timeIn(record, 'issued'),
    expires: timeIn(record, 'expires'),
    reason: said(record, 'reason'),
  };
}

function targetOf(flags: number): string | null {
  const whom = flags & ~OPTIONS;
  return whom === ANNOUNCE ? 'users' : (TARGETS.get(whom) ?? null);
}
