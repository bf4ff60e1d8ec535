/**
 * `RI` and `RO`: an operator asks how far one server is from another. The server that is asked first pings the other one by
 * its numeric, `AC RI AB ACAAA seconds microseconds :text`, and is answered with the same times.
 */
import { writeLine } from '../../../irc/p10/line.ts';
import { isServerNumeric, isUserNumeric } from '../../../irc/p10/numeric.ts';
import { readWhole } from '../../../irc/p10/server-line.ts';
import { textOf } from '../../../irc/p10/text.ts';
import { TOKEN } from '../../../irc/p10/tokens.ts';
import type { Server } from '../../state/server.ts';
import type { User } from '../../state/user.ts';
import { type LinkLine, passOn, type TokenCode, userOf } from './link-line.ts';

/** `RI`: of a server that pings, or of a user who asks this server to ping another. */
export const remotePing: TokenCode = (line) => {
  const { server, link, source, params } = line;
  const { state } = server;
  const user = userOf(line);
  const to = serverNamed(line, line.word(user === null ? 0 : 1));
  if (to === undefined) return null;
  if (to !== state.me) {
    passOn(line, to);
    return null;
  }
  const [, asker, ...times] = params.slice(0, 4);
  if (
    user === null &&
    times.length === 2 &&
    isUserNumeric(asker!) &&
    times.every((text) => readWhole(text) >= 0)
  )
    link.send(writeLine(state.me.numeric, TOKEN.RPONG, [nameOf(source), asker!, ...times], params.at(-1)!));
  else if (user !== null) sendPing(line, user);
  return null;
};

/** As clients of ircu say it: `RI name-of-the-other this-server :text`. */
function sendPing({ server, network, params }: LinkLine, user: User): void {
  const { state } = server;
  const other = state.findServer(textOf(params[0]!));
  if (other === undefined || other === state.me) return;
  const micros = Math.floor((performance.timeOrigin + performance.now()) * 1000);
  const times = [Math.floor(micros / 1_000_000), micros % 1_000_000];
  const words = [other.numeric, state.numericOf(user), ...times];
  network.linkTo(other)!.send(writeLine(state.me.numeric, TOKEN.RPING, words, params.at(-1)!));
}

/** `RO name user seconds microseconds :text` of the server that was pinged, then `RO user name milliseconds :text` for the user. */
export const remotePong: TokenCode = (line) => {
  const { server, network, source, params } = line;
  const { state } = server;
  if (params.length < 5) {
    const user = state.findNumeric(line.word(0));
    if (user !== undefined && params.length === 4) tellUser(line, user, params.slice(1));
    return null;
  }
  const pinged = state.findServer(textOf(params[0]!));
  const user = state.findNumeric(params[1]!);
  if (pinged !== undefined && pinged !== state.me) passOn(line, pinged);
  else if (pinged !== undefined && user !== undefined) {
    const sentMs = Number(params[2]) * 1000 + Number(params[3]) / 1000;
    const took = Math.max(0, Math.round(performance.timeOrigin + performance.now() - sentMs));
    const words = [nameOf(source), String(Number.isFinite(took) ? took : 0), params.at(-1)!];
    if (user.local === null)
      network
        .linkTo(user.server)
        ?.send(writeLine(state.me.numeric, TOKEN.RPONG, [params[1]!, words[0]!, words[1]!], words[2]!));
    else tellUser(line, user, words);
  }
  return null;
};

/** @param words name, milliseconds, text. */
function tellUser(line: LinkLine, user: User, words: readonly string[]): void {
  const { server, source } = line;
  if (user.local === null) {
    passOn(line, user.server);
    return;
  }
  const [name, took, said] = words.map(textOf);
  const prefix = nameOf(source);
  // Of a ping of this server's own the answer is told in its name.
  const from = name === prefix ? server.name : prefix;
  user.local.send(`:${from} RPONG ${user.nick} ${name} ${took} :${said}`);
}

function nameOf(source: LinkLine['source']): string {
  return 'nick' in source ? source.server.name : source.name;
}

function serverNamed({ server: { state } }: LinkLine, to: string): Server | undefined {
  return isServerNumeric(to) ? state.serverByNumeric(to) : state.findServer(textOf(to));
}
