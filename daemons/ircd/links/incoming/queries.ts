/**
 * What users of other servers ask: answered here, or passed on to the server that they mean. Each answer is bounded, paid for
 * by the link that it was asked by, and refused while much waits for that link already.
 */
import { N } from '../../../irc/numerics.ts';
import { isServerNumeric } from '../../../irc/p10/numeric.ts';
import { textOf } from '../../../irc/p10/text.ts';
import { shortToken } from '../../../irc/p10/tokens.ts';
import { replyParameter } from '../../../irc/reply-parameter.ts';
import type { CommandServer } from '../../command-server.ts';
import { answerConnect } from '../../commands/link.ts';
import { sendLusers } from '../../commands/lusers.ts';
import { sendMotd } from '../../commands/motd.ts';
import { answerNames } from '../../commands/names.ts';
import {
  answerAdmin,
  answerInfo,
  answerLinks,
  answerTime,
  answerVersion,
} from '../../commands/server-info.ts';
import { answerStats } from '../../commands/stats.ts';
import { targetServer } from '../../commands/target-server.ts';
import { answerTrace, tellWay } from '../../commands/trace.ts';
import { answerWhois } from '../../commands/whois.ts';
import { answerWhowas } from '../../commands/whowas.ts';
import { limits } from '../../limits.ts';
import type { Asker } from '../../state/asker.ts';
import type { Server } from '../../state/server.ts';
import { type Question, readQuery } from '../query-lines.ts';
import { RemoteAsker } from '../remote-asker.ts';
import { type LinkLine, passOn, type TokenCode, userOf } from './link-line.ts';

/** @param words all that stand before the server that is asked are there. */
type Answer = (server: CommandServer, asker: Asker, words: readonly string[]) => void;

const ANSWERS: Readonly<Record<Exclude<Question, 'NAMES'>, Answer>> = {
  ADMIN: answerAdmin,
  CONNECT: (server, asker, [name]) => answerConnect(server, asker, name!),
  INFO: answerInfo,
  LINKS: (server, asker, [mask = '*']) => answerLinks(server, asker, mask),
  LUSERS: sendLusers,
  MOTD: sendMotd,
  STATS: (server, asker, [letter]) => answerStats(server, asker, letter!.charAt(0)),
  TIME: answerTime,
  TRACE: (server, asker, [target]) => answerTrace(server, asker, target!),
  UPING: (_server, asker) => asker.notice('UPING: this server sends no pings by UDP'),
  VERSION: answerVersion,
  WHOIS: (server, asker, [nick = '']) => answerWhois(server, asker, nick.split(',', 1)[0]!),
  WHOWAS: (server, asker, [nick, count]) => answerWhowas(server, asker, nick!, count!),
};

export const query: TokenCode = (line) => {
  const { server, link } = line;
  const user = userOf(line);
  if (user === null) return null;
  const { question, to, words } = readQuery(shortToken(line.line.token), line.line);
  const asker = new RemoteAsker(user, {
    me: server.state.me,
    work: server.host.work,
    send: (text) => link.send(text),
  });
  const target = serverNamed(line, to);
  if (target === undefined) {
    asker.reply(N.ERR_NOSUCHSERVER, replyParameter(textOf(to)));
    return null;
  }
  if (target !== server.state.me) {
    if (question === 'TRACE') tellWay(asker, textOf(words[0]!), target);
    passOn(line, target);
    return null;
  }
  if (link.sendQueueBytes > limits.linkSendQueueBytes.default / 2) {
    asker.reply(N.RPL_TRYAGAIN, question);
    return null;
  }
  const said = words.map(textOf);
  if (question === 'NAMES') return answerNames(server, asker, said[0]!.split(','));
  ANSWERS[question](server, asker, said);
  return null;
};

/** By numeric, as servers say it, or by a name; a question that goes back where it came from is for nobody. */
function serverNamed({ server, peer }: LinkLine, to: string): Server | undefined {
  const { state } = server;
  const found = isServerNumeric(to) ? state.serverByNumeric(to) : targetServer(server, textOf(to));
  return found?.via === peer.server ? undefined : found;
}
