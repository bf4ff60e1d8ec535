/**
 * What other servers need and this one has no use for: it goes on to whom it is for. What is for everybody goes to all other
 * links, what names a server or user to the link on the way there.
 */
import { isServerNumeric, isUserNumeric } from '../../../irc/p10/numeric.ts';
import { readWhole } from '../../../irc/p10/server-line.ts';
import { textOf } from '../../../irc/p10/text.ts';
import { globops } from '../../actions/globops.ts';
import { noticeOpers } from '../../broadcast.ts';
import { nameOf } from '../../network-events.ts';
import { NOTICE } from '../../notice-kinds.ts';
import type { NetworkState } from '../../state/network.ts';
import type { Server } from '../../state/server.ts';
import { toSeconds } from '../peer.ts';
import { RemoteAsker } from '../remote-asker.ts';
import { type LinkLine, passOn, type TokenCode, userOf } from './link-line.ts';

/** Stands for all servers. */
const EVERYWHERE = '*';

/** By the first parameter: `U * mask`, `XQ AB token :text`. So with every token that nobody here knows. */
export const toWhomItNames: TokenCode = (line) => {
  const target = line.word(0);
  if (target === EVERYWHERE) toAll(line);
  else towards(line, target);
  return null;
};

/**
 * `DE #channel time`: a channel that some servers keep for a while after the last one left has ended. Where somebody is on it
 * here they crossed with it: others need not forget it, and those who have are told of it once more, as in a burst.
 */
export const destruct: TokenCode = (line) => {
  const { server, network, link } = line;
  const channel = server.state.findChannel(textOf(line.named(line.word(0))));
  if (channel === undefined || channel.members.length === 0) toAll(line);
  // Of a younger one: it is forgotten as soon as the older is heard of.
  else if (readWhole(line.word(1)) <= toSeconds(channel.createdMs))
    network.teach(channel, (other) => other === link);
  return null;
};

/**
 * `DS :text`, which operators of all servers read: a server has found that another does not agree with it. No other word is read by
 * operators of every make of server alone, so what one of them says to all goes by it as well (GLOBOPS).
 */
export const desynch: TokenCode = (line) => {
  const { server, source, last } = line;
  const text = textOf(last);
  if ('nick' in source) {
    globops(server, source, text, last);
    return null;
  }
  const name = nameOf(source);
  noticeOpers(server, NOTICE.links, `${name} says: ${text}`);
  server.host.log('warn', 'desynch', `${name} says: ${text}`, { server: name });
  toAll(line);
  return null;
};

/** `SE time [server]`: nobody sets the clock here, which whoever tried is told. */
export const setTime: TokenCode = (line) => {
  const { server, link, params } = line;
  const target = params[1];
  const to = target === undefined ? server.state.me : server.state.serverByNumeric(target);
  if (target === undefined) toAll(line);
  if (to !== server.state.me) {
    if (to !== undefined) passOn(line, to);
    return null;
  }
  const user = userOf(line);
  if (user !== null && target !== undefined)
    new RemoteAsker(user, {
      me: server.state.me,
      work: server.host.work,
      send: (text) => link.send(text),
    }).notice('SETTIME: the clock of this server is set by its system, not by other servers');
  return null;
};

/** `LL`: how far two servers are from each other. A user names the server that is to say it behind what they ask for. */
export const distance: TokenCode = (line) => {
  towards(line, line.word(userOf(line) === null ? 0 : 1));
  return null;
};

function toAll({ network, link, text }: LinkLine): void {
  network.forward(text, link);
}

function towards(line: LinkLine, numeric: string): void {
  const to = serverOf(line.server.state, numeric);
  if (to !== undefined && to !== line.server.state.me) passOn(line, to);
}

/** The server that a numeric of a server or user lies on. */
function serverOf(state: NetworkState, numeric: string): Server | undefined {
  if (isServerNumeric(numeric)) return state.serverByNumeric(numeric);
  return isUserNumeric(numeric) ? state.findNumeric(numeric)?.server : undefined;
}
