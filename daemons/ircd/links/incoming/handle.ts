/**
 * Finds who says a line of a peer and what its token does. What comes from somebody unknown, or from the wrong direction, is
 * passed over: it crossed with a kill, or it is a lie.
 */
import type { P10Line } from '../../../irc/p10/line.ts';
import { isServerNumeric, isUserNumeric, SERVER_DIGITS, serverOf } from '../../../irc/p10/numeric.ts';
import { OWN_TOKEN, TOKEN } from '../../../irc/p10/tokens.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import type { Source } from '../../network-events.ts';
import type { NetworkState } from '../../state/network.ts';
import type { Peer } from '../peer.ts';
import { QUESTION_TOKENS } from '../query-lines.ts';
import { burst } from './burst.ts';
import { create, invite, join, kick, part, topic } from './channels.ts';
import { clearModes } from './clear-modes.ts';
import { type LinkContext, LinkLine, type TokenCode } from './link-line.ts';
import {
  message,
  notice,
  reply,
  tagmsg,
  toHalfops,
  toOperators,
  toVoiced,
  wallops,
  wallUsers,
} from './messages.ts';
import { channelOrUserModes } from './modes.ts';
import { fake, mark, privileges, serverNotice, whoisLine } from './nefarious.ts';
import { gline, jupe, shun } from './network-bans.ts';
import { destruct, desynch, distance, setTime, toWhomItNames } from './passed-on.ts';
import { query } from './queries.ts';
import { redaction } from './redactions.ts';
import { remotePing, remotePong } from './remote-pings.ts';
import { heard, refused, renamed, wish } from './renames.ts';
import { sasl } from './sasl.ts';
import { ping, pong, server, squit } from './servers.ts';
import { reply as servicesReply } from './services-talk.ts';
import { account, away, host, kill, nick, quit, realname } from './users.ts';

const CODES: ReadonlyMap<string, TokenCode> = new Map([
  [TOKEN.ACCOUNT, account],
  [TOKEN.AWAY, away],
  [TOKEN.BURST, burst],
  [TOKEN.ASLL, distance],
  [TOKEN.CLEARMODE, clearModes],
  [TOKEN.CREATE, create],
  [TOKEN.DESTRUCT, destruct],
  [TOKEN.DESYNCH, desynch],
  [TOKEN.FAKE, fake],
  [TOKEN.GLINE, gline],
  [TOKEN.INVITE, invite],
  [TOKEN.JOIN, join],
  [TOKEN.JUPE, jupe],
  [TOKEN.KICK, kick],
  [TOKEN.KILL, kill],
  [TOKEN.MARK, mark],
  [TOKEN.MODE, channelOrUserModes],
  [TOKEN.NICK, nick],
  [TOKEN.NOTICE, notice],
  [TOKEN.OPMODE, channelOrUserModes],
  [TOKEN.PART, part],
  [TOKEN.PING, ping],
  [TOKEN.PONG, pong],
  [TOKEN.PRIVMSG, message],
  [TOKEN.PRIVS, privileges],
  [TOKEN.QUIT, quit],
  [TOKEN.RPING, remotePing],
  [TOKEN.RPONG, remotePong],
  [TOKEN.SASL, sasl],
  [TOKEN.SERVER, server],
  [TOKEN.SETTIME, setTime],
  [TOKEN.SHUN, shun],
  [TOKEN.SNO, serverNotice],
  [TOKEN.SQUIT, squit],
  [TOKEN.SWHOIS, whoisLine],
  [TOKEN.TOPIC, topic],
  [TOKEN.WALLCHOPS, toOperators],
  [TOKEN.WALLHOPS, toHalfops],
  [TOKEN.WALLOPS, wallops],
  [TOKEN.WALLUSERS, wallUsers],
  [TOKEN.WALLVOICES, toVoiced],
  [TOKEN.XREPLY, servicesReply],
  ...QUESTION_TOKENS.map((token) => [token, query] as const),
]);

/** What only servers of our own kind say to each other. */
const OWN_CODES: ReadonlyMap<string, TokenCode> = new Map([
  [OWN_TOKEN.CHGHOST, host],
  [OWN_TOKEN.SETNAME, realname],
  [OWN_TOKEN.REDACT, redaction],
  [OWN_TOKEN.RENAME, renamed],
  [OWN_TOKEN.RENAME_HEARD, heard],
  [OWN_TOKEN.RENAME_REFUSED, refused],
  [OWN_TOKEN.RENAME_WISH, wish],
  [OWN_TOKEN.TAGMSG, tagmsg],
]);

const RENAME_TOKENS: readonly string[] = [
  OWN_TOKEN.RENAME,
  OWN_TOKEN.RENAME_HEARD,
  OWN_TOKEN.RENAME_REFUSED,
  OWN_TOKEN.RENAME_WISH,
];

function codeOf(peer: Peer, token: string): TokenCode | undefined {
  const code = CODES.get(token);
  if (code !== undefined) return code;
  if (/^\d{3}$/.test(token)) return reply;
  if (!OWN_CODES.has(token)) return toWhomItNames;
  // Whoever is of another kind has no say in what only ours have.
  const isKnown = RENAME_TOKENS.includes(token) ? peer.renames : peer.ownTokens;
  return isKnown ? OWN_CODES.get(token) : undefined;
}

/** What was done to others: they have seen it done. */
const DONE_TO_OTHERS: readonly string[] = [TOKEN.KICK, TOKEN.KILL, TOKEN.MODE, TOKEN.OPMODE, TOKEN.TOPIC];

/** What holds also where whoever did it is gone here: a kill may have crossed with it. */
const OUTLIVES: ReadonlySet<string> = new Set([...DONE_TO_OTHERS, TOKEN.SQUIT]);

/** What holds, whoever says it: a server that was let go here is still there where it was said, or was when it was. */
const HOLDS: ReadonlySet<string> = new Set([
  ...DONE_TO_OTHERS,
  TOKEN.BURST,
  TOKEN.CLEARMODE,
  TOKEN.GLINE,
  TOKEN.SHUN,
  TOKEN.JUPE,
]);

/**
 * @param token the short one.
 * @returns what is left of it for later turns.
 */
export function handle(context: LinkContext, token: string, line: P10Line): WorkSteps | null {
  const { server, peer } = context;
  const code = codeOf(peer, token);
  const source = sourceOf(server.state, line.source, token) ?? speakerOf(context, line.source, token);
  if (code === undefined || source === undefined) return null;
  const via = 'nick' in source ? source.server.via : source.via;
  if (via !== peer.server) return null;
  return code(new LinkLine(context, source, line));
}

/** Whoever says it; their server where they are gone and what they did holds all the same. */
function sourceOf(state: NetworkState, numeric: string, token: string): Source | undefined {
  if (isServerNumeric(numeric)) return state.serverByNumeric(numeric);
  const server = serverOf(numeric);
  if (server === state.me.numeric || !isUserNumeric(numeric)) return undefined;
  return state.findNumeric(numeric) ?? (OUTLIVES.has(token) ? state.serverByNumeric(server) : undefined);
}

/**
 * Who speaks for a server that is not known here, such as one that was let go while it was said: whoever brings it, who could say the
 * same in their own name. Undefined where it has to be known.
 */
function speakerOf({ server, peer }: LinkContext, numeric: string, token: string): Source | undefined {
  const isKnown = server.state.serverByNumeric(numeric.slice(0, SERVER_DIGITS)) !== undefined;
  return isKnown || !HOLDS.has(token) ? undefined : peer.server;
}
