/** Messages of users of other servers, and answers to what users here asked there. */
import { leastOf } from '../../../irc/modes.ts';
import { readMessageTags } from '../../../irc/p10/message-tags.ts';
import { isUserNumeric } from '../../../irc/p10/numeric.ts';
import { bytesOf, textOf } from '../../../irc/p10/text.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { compose, sendToChannel, sendToUser } from '../../actions/message.ts';
import { wallops as tellWallops } from '../../actions/wallops.ts';
import { tellUnreached } from '../../commands/message.ts';
import type { Verb } from '../../network-events.ts';
import type { User } from '../../state/user.ts';
import { freeChannel, rest } from '../../work-steps.ts';
import { RemoteAsker } from '../remote-asker.ts';
import { type LinkLine, passOn, type TokenCode, userOf } from './link-line.ts';
import { toServers } from './mass-messages.ts';

/** `P`. */
export const message: TokenCode = (line) => send(line, 'PRIVMSG');
/** `O`. */
export const notice: TokenCode = (line) => send(line, 'NOTICE');
/** `BT`. */
export const tagmsg: TokenCode = (line) => (userOf(line) === null ? null : send(line, 'TAGMSG'));

function send(line: LinkLine, verb: Verb): WorkSteps | null {
  const { server, source } = line;
  const [target, raw] = [line.word(0), line.word(1)];
  const user = userOf(line);
  const text = textOf(raw);
  if (isUserNumeric(target)) {
    const to = server.state.findNumeric(target);
    if (to === undefined) return null;
    if (user === null && to.local === null) passOn(line, to.server);
    else if (user === null) to.local?.send(`:${source.prefix} ${verb} ${to.nick} :${text}`);
    else deliver(line, user, verb, to, raw);
    return null;
  }
  if (target.startsWith('$') && verb !== 'TAGMSG') return toServers(line, verb, textOf(target), text);
  if (user === null) return null;
  return target.includes('@', 1) && !target.includes('#')
    ? toUserOf(line, user, verb, textOf(target), text)
    : toChannel(line, verb, textOf(target), raw);
}

/** To one user; whoever is not reached here is told so where they are. */
function deliver(line: LinkLine, user: User, verb: Verb, to: User, raw: string): void {
  const { server, link } = line;
  const text = textOf(raw);
  const unreached = sendToUser(server, user, verb, to, arrived(line, user, verb, to.nick, text), text, raw);
  if (unreached === null || verb !== 'PRIVMSG') return;
  const path = { me: server.state.me, work: server.host.work, send: (told: string) => link.send(told) };
  tellUnreached(new RemoteAsker(user, path), to.nick, unreached);
}

/** `nick@server`: nobody else of that nick reads it, whatever becomes of the nick meanwhile. */
function toUserOf(line: LinkLine, user: User, verb: Verb, target: string, text: string): null {
  const { state } = line.server;
  const at = target.lastIndexOf('@');
  const to = state.findServer(target.slice(at + 1));
  if (to === undefined) return null;
  if (to !== state.me) passOn(line, to);
  else {
    const receiver = state.findUser(target.slice(0, at));
    if (receiver !== undefined && receiver.local !== null) deliver(line, user, verb, receiver, bytesOf(text));
  }
  return null;
}

/** `WC`: to those who are operators of a channel. */
export const toOperators: TokenCode = (line) => toStatus(line, '@');
/** `WH` of Nefarious: also to halfops. */
export const toHalfops: TokenCode = (line) => toStatus(line, '%');
/** `WV`: also to those with a voice. */
export const toVoiced: TokenCode = (line) => toStatus(line, '+');

function toStatus(line: LinkLine, prefix: '@' | '%' | '+'): WorkSteps | null {
  if (userOf(line) === null) return null;
  return toChannel(line, 'NOTICE', prefix + textOf(line.word(0)), line.word(1));
}

/** The message as its own server has sent it, which may have said more than the text. */
function arrived({ server, peer, line }: LinkLine, user: User, verb: Verb, target: string, text: string) {
  const told = readMessageTags(peer.ownTokens ? line.tags : '');
  return compose(server, user, verb, target, text, textOf(told.clientTags), told);
}

function* toChannel(line: LinkLine, verb: Verb, target: string, raw: string): WorkSteps {
  const { server } = line;
  const user = userOf(line)!;
  const status = leastOf(target);
  const name = status === 0 ? target : target.slice(1);
  const channel = yield* freeChannel(server.host, server.state, () => textOf(line.named(bytesOf(name))));
  if (channel === undefined) return;
  try {
    const shown = status === 0 ? channel.name : target[0] + channel.name;
    const text = textOf(raw);
    const message = arrived(line, user, verb, shown, text);
    yield* rest(sendToChannel(server, user, verb, channel, status, message, text, raw));
  } finally {
    server.host.work.leave(channel.gate);
  }
}

/** `WA`. */
export const wallops: TokenCode = (line) => tell(line, false);
/** `WU`. */
export const wallUsers: TokenCode = (line) => tell(line, true);

function tell({ server, source, last: bytes }: LinkLine, users: boolean): WorkSteps {
  return tellWallops(server, source, textOf(bytes), users, bytes);
}

/** What stands behind source, numeric and user. */
const AFTER_TARGET = /^ *[^ ]+ +[^ ]+ +[^ ]+(.*)$/s;

/**
 * A numeric: the answer to a question, for a user here or behind another link. They read it as it is; those below 100 tell a
 * client who it is, which other servers do not.
 */
export const reply: TokenCode = (said) => {
  const { server, source, line, text } = said;
  const user = server.state.findNumeric(said.word(0));
  if (user === undefined) return null;
  if (user.local === null) {
    passOn(said, user.server);
    return null;
  }
  const code = line.token.startsWith('0') ? `1${line.token.slice(1)}` : line.token;
  const after = AFTER_TARGET.exec(text)?.[1] ?? '';
  user.local.send(`:${source.prefix} ${code} ${user.nick}${textOf(after)}`);
  return null;
};
