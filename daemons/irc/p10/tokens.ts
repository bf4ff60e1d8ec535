/**
 * What the tokens of P10 stand for, by the names that logs and docs/links.md call them. Services that speak the long form
 * are understood too. Sources: the token table of Undernet's ircu 2.10.12 and lines seen on real links.
 */

import type { P10Line } from './line.ts';
import { isServerNumeric, isUserNumeric } from './numeric.ts';

/** Characters of a word that is none of these. */
const MOST_SHOWN = 16;

/** Token by long name. */
const TOKENS_BY_NAME = {
  ACCOUNT: 'AC',
  ADMIN: 'AD',
  ASLL: 'LL',
  AWAY: 'A',
  BURST: 'B',
  CLEARMODE: 'CM',
  CONFIG: 'CF',
  CONNECT: 'CO',
  CREATE: 'C',
  DESTRUCT: 'DE',
  DESYNCH: 'DS',
  END_OF_BURST: 'EB',
  EOB_ACK: 'EA',
  ERROR: 'Y',
  FAKE: 'FA',
  GLINE: 'GL',
  INFO: 'F',
  INVITE: 'I',
  JOIN: 'J',
  JUPE: 'JU',
  KICK: 'K',
  KILL: 'D',
  LINKS: 'LI',
  LUSERS: 'LU',
  MARK: 'MK',
  MODE: 'M',
  MOTD: 'MO',
  NAMES: 'E',
  NICK: 'N',
  NOTICE: 'O',
  OPMODE: 'OM',
  PART: 'L',
  PASS: 'PA',
  PING: 'G',
  PONG: 'Z',
  PRIVMSG: 'P',
  PRIVS: 'PR',
  QUIT: 'Q',
  RPING: 'RI',
  RPONG: 'RO',
  SASL: 'SASL',
  SERVER: 'S',
  SETTIME: 'SE',
  SHUN: 'SU',
  SNO: 'SNO',
  SILENCE: 'U',
  SQUIT: 'SQ',
  SWHOIS: 'SW',
  STATS: 'R',
  TIME: 'TI',
  TOPIC: 'T',
  TRACE: 'TR',
  UPING: 'UP',
  VERSION: 'V',
  WALLCHOPS: 'WC',
  /** Of Nefarious alone. */
  WALLHOPS: 'WH',
  WALLOPS: 'WA',
  WALLUSERS: 'WU',
  WALLVOICES: 'WV',
  WHO: 'H',
  WHOIS: 'W',
  WHOWAS: 'X',
  XQUERY: 'XQ',
  XREPLY: 'XR',
} as const;

/** A long name of a token. */
export type TokenName = keyof typeof TOKENS_BY_NAME;

/** The tokens by their long names, for whoever writes lines. */
export const TOKEN: Readonly<Record<TokenName, string>> = TOKENS_BY_NAME;

/** Tokens of our own kind, by the names that docs/links.md calls them; nobody else is sent one. */
export const OWN_TOKEN = {
  /** A message of tags alone. */
  TAGMSG: 'BT',
  /** A user has another real name. */
  SETNAME: 'BN',
  /** A user is seen with another host. */
  CHGHOST: 'BH',
  /** A message is taken back. */
  REDACT: 'BX',
  /** A channel has another name. */
  RENAME: 'BR',
  /** Whoever says it calls a channel as the last `BR` of this link has said. */
  RENAME_HEARD: 'BK',
  /** A user wants a channel to have another name. */
  RENAME_WISH: 'BQ',
  /** It has not got it. */
  RENAME_REFUSED: 'BF',
} as const;

/** Long names by token. */
const LONG: ReadonlyMap<string, string> = new Map(
  Object.entries(TOKENS_BY_NAME).map(([name, token]) => [token, name]),
);

/** A token in words for people, such as `ACCOUNT (AC)`; one that nobody knows is what it is, cut. */
export function tokenName(token: string): string {
  const name = LONG.get(token);
  const shown = token.slice(0, MOST_SHOWN);
  return name === undefined || name === token ? shown : `${name} (${shown})`;
}

/**
 * The first words of a line of somebody who has not said yet who they are, in words for people: `NICK (N)`, or `BURST (B) of AC` where
 * they speak as a server or user already, by a numeric, which may look like a token.
 */
export function firstWords({ text, token, params }: Pick<P10Line, 'text' | 'token' | 'params'>): string {
  const [next = ''] = params;
  const [first = ''] = text.trimStart().split(' ', 1);
  const isSourced = (isServerNumeric(first) || isUserNumeric(first)) && isToken(next);
  return isSourced ? `${tokenName(next)} of ${first}` : tokenName(token);
}

function isToken(word: string): boolean {
  return LONG.has(word) || SHORT.has(word);
}

const SHORT: ReadonlyMap<string, string> = new Map(Object.entries(TOKENS_BY_NAME));

/** The token itself, whether it was sent as one or by its long name. */
export function shortToken(token: string): string {
  return SHORT.get(token) ?? token;
}
