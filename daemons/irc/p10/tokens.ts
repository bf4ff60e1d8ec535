/**
 * What the tokens of P10 stand for, by the names that logs and docs/links.md call them. Services that speak the long form
 * are understood too. Sources: the token table of Undernet's ircu 2.10.12 and lines seen on real links.
 */

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

const SHORT: ReadonlyMap<string, string> = new Map(Object.entries(TOKENS_BY_NAME));

/** The token itself, whether it was sent as one or by its long name. */
export function shortToken(token: string): string {
  return SHORT.get(token) ?? token;
}
