/** Servers behind a peer come and go; a peer asks whether anybody is here. */
import { writeLine } from '../../../irc/p10/line.ts';
import { OWN_KIND_FLAG, readServer, readWhole, type ServerLine } from '../../../irc/p10/server-line.ts';
import { bytesOf, oddBytes, textOf } from '../../../irc/p10/text.ts';
import { TOKEN } from '../../../irc/p10/tokens.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { limits } from '../../limits.ts';
import { Server } from '../../state/server.ts';
import { takenBy } from '../handshake.ts';
import { toSeconds } from '../peer.ts';
import type { LinkLine, TokenCode } from './link-line.ts';

/** `S`: another server behind the one that says so. */
export const server: TokenCode = (line) => arrival(line);

function* arrival({ server: irc, network, link, source, line }: LinkLine): WorkSteps {
  yield* network.settled();
  const said = readServer(line);
  // While it waited, whoever says so may have left.
  if ('nick' in source || irc.state.serverByNumeric(source.numeric) !== source) return;
  if (typeof said === 'string') {
    link.fail(said);
    return;
  }
  const taken = takenBy(irc.state, said.name, said.numeric);
  if (taken !== null) {
    link.fail(`it brings ${said.name}, but ${taken}`);
    return;
  }
  if (!network.mayBring(link, said.name)) {
    link.fail(`it brings ${said.name}, which the hub masks of its [[ircd.link]] do not allow`);
    return;
  }
  const unwanted = irc.networkBans.refusalForServer(said.name) ?? distanceRefusal(source);
  if (unwanted !== null) {
    // Whoever brings it may bring others: it is to let this one go, and all behind it are unknown here.
    link.send(writeLine(irc.state.me.numeric, TOKEN.SQUIT, [said.name, 0], bytesOf(unwanted)));
    return;
  }
  const traits = { flags: said.flags, foreign: !said.flags.includes(OWN_KIND_FLAG) };
  const added = new Server(said.name, textOf(said.description), said.numeric, source, traits);
  added.descriptionBytes = oddBytes(said.description);
  tellTimes(added, said);
  irc.state.addServer(added);
  network.added(added, link, said.bursting);
}

/** Why nothing more may stand behind a server, in words; null where it may. */
function distanceRefusal({ hops }: Server): string | null {
  const most = limits.linkHops.default;
  return hops < most ? null : `it is more than ${most} servers away`;
}

/** When a server was started and linked, as it is introduced; ircu says of none but its own peer when it was started. */
function tellTimes(server: Server, { bootSeconds, linkSeconds }: ServerLine): void {
  server.bootMs = bootSeconds === 0 ? null : bootSeconds * 1000;
  server.linkedMs = linkSeconds * 1000;
}

/**
 * `SQ name time :why`: a server and all behind it are gone; of a peer that names itself or this server, the link. One that lies in
 * another direction is to be let go by whoever it is linked to. A time that is not 0 says which link is meant: of one that was
 * made anew meanwhile nobody knew who said so.
 */
export const squit: TokenCode = (said) => {
  const { server: irc, network, link, peer, source, params, line, last: bytes } = said;
  const named = irc.state.findServer(said.word(0));
  const reason = textOf(bytes);
  const linkSeconds = params.length > 2 ? readWhole(params[1]!) : 0;
  if (named === undefined) return null;
  if (named === irc.state.me || named === peer.server) link.leave(reason);
  else if (linkSeconds !== 0 && linkSeconds !== toSeconds(named.linkedMs!)) return null;
  else if (named.via === peer.server) network.split(named, line.source, bytes, link);
  else network.letGo(named, source, reason, { linkSeconds, bytes });
  return null;
};

/** `Z server !time time 0 time`: how far away the peer is; of any other server it says nothing. */
export const pong: TokenCode = ({ link, peer, source, params }) => {
  const stamp = params.find((word) => word.startsWith('!'));
  if (source === peer.server && stamp !== undefined) link.pong(stamp.slice(1));
  return null;
};

/** A time as it stands in `G`. */
const STAMP = /^[\d.]{1,32}$/;

/** `G !time server time`: answered with `Z`, which has the time here beside it. */
export const ping: TokenCode = ({ server: irc, link, source, params }) => {
  const { numeric } = irc.state.me;
  const [token = '', , sent = token.slice(1)] = params;
  if (token[0] === '!' && STAMP.test(token.slice(1)) && STAMP.test(sent) && 'via' in source) {
    const now = Date.now() / 1000;
    link.send(writeLine(numeric, TOKEN.PONG, [numeric, token, sent, 0, now.toFixed(6)]));
  } else link.send(writeLine(numeric, TOKEN.PONG, [numeric], token));
  return null;
};
