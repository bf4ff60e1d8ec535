/**
 * What Nefarious and its services say to each other by way of this server: logins of clients under way (sasl.ts), and what is known
 * of a user beside the rest (the name behind a gateway, the country, the fingerprint of a certificate, another host).
 */
import { SERVICES_FLAG } from '../../../irc/p10/server-line.ts';
import { textOf } from '../../../irc/p10/text.ts';
import { TOKEN } from '../../../irc/p10/tokens.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { changeHost } from '../../actions/host.ts';
import { noticeOpers } from '../../broadcast.ts';
import { NOTICE } from '../../notice-kinds.ts';
import type { User } from '../../state/user.ts';
import type { Peer } from '../peer.ts';
import { hide } from './hidden-host.ts';
import { type LinkLine, passOn, type TokenCode } from './link-line.ts';
import { toWhomItNames } from './passed-on.ts';
import { hostIn } from './user-words.ts';

/** Marks that are kept of one user for whoever links later; more are passed on and forgotten. */
const MOST_MARKS = 16;

/** ircu answers what it does not know with nothing, and is spared it; services that were taken for one are not. */
export function toOthers({ network, link, text }: LinkLine): void {
  const lines = [text];
  const none: readonly string[] = [];
  const isSpared = ({ kind, server }: Peer) => kind === 'ircu' && !server.flags.includes(SERVICES_FLAG);
  network.forwardEach((peer) => (isSpared(peer) ? none : lines), link);
}

/** `MK nick kind data`, of a server about a user of it. */
export const mark: TokenCode = (line) => {
  const [nick = '', kind = '', ...data] = line.params;
  if ('nick' in line.source || data.length === 0) return null;
  const user = line.server.state.findUser(nick);
  // There may be several of these alone.
  const key = kind === 'MARK' ? `${kind} ${data.join(' ')}` : kind;
  if (user !== undefined) keep(line, user, `${TOKEN.MARK} ${key}`, [kind, ...data]);
  toOthers(line);
  return null;
};

/** `SW numeric :text`: what WHOIS says of a user, in the words of their server. */
export const whoisLine: TokenCode = (line) => {
  const [numeric = '', text] = line.params;
  const user = line.server.state.findNumeric(numeric);
  if ('nick' in line.source) return null;
  if (user !== undefined) {
    if (text === undefined || text === '') user.linkFacts?.marks.delete(TOKEN.SWHOIS);
    else keep(line, user, TOKEN.SWHOIS, [text]);
  }
  toOthers(line);
  return null;
};

/** Only of whom others hear from the same direction: nobody can fill the memory of somebody else's users. */
function keep({ peer }: LinkLine, user: User, key: string, words: readonly string[]): void {
  if (user.server.via !== peer.server) return;
  const { marks } = user.noteFacts();
  if (marks.has(key) || marks.size < MOST_MARKS) marks.set(key, words);
}

/** `PR`: of a server what an operator may do there, which Nefarious tells all; of a user a question for one server. */
export const privileges: TokenCode = (line) => {
  if ('nick' in line.source) return toWhomItNames(line);
  toOthers(line);
  return null;
};

/** `SNO kind :text`: a notice of a server to the operators of all. */
export const serverNotice: TokenCode = (line) => {
  const { server, source, params, last } = line;
  if ('nick' in source || params.length < 2) return null;
  noticeOpers(server, NOTICE.links, `${source.name} says: ${textOf(last)}`);
  toOthers(line);
  return null;
};

/** `FA numeric host`: services have given a user another host; one of this server is seen with it at once. */
export const fake: TokenCode = (line) => {
  const { server, source } = line;
  const user = server.state.findNumeric(line.word(0));
  const host = line.word(1);
  if ('nick' in source || user === undefined || user.gone || hostIn(host) === null) return null;
  toOthers(line);
  return seenWith(line, user, host);
};

function seenWith({ server }: LinkLine, user: User, host: string): WorkSteps | null {
  if (user.local !== null) return changeHost(server, user, host);
  user.noteFacts().hosts.set('f', host);
  return hide(server, user);
}

/** `AC target C|H|S|A|D …`: somebody logs in while they connect, as a server and services tell each other. */
export function loginOnConnect(line: LinkLine): void {
  const { server } = line;
  const target = line.word(0);
  const to = server.state.serverByNumeric(target) ?? server.state.findNumeric(target)?.server;
  if (to !== undefined && to !== server.state.me) passOn(line, to);
}
