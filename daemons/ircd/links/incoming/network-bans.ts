/**
 * `GL`, `SU` and `JU`: other servers, their operators and services ban users and servers from the whole network. The newer change of
 * a ban wins; a peer that comes with an older one is set right, but during its burst, which is set right by ours.
 */
import { changed, FAR_MS } from '../../../irc/network-ban.ts';
import { type BanSign, EVERYWHERE, type GlineLine, readGline, readJupe } from '../../../irc/p10/ban-line.ts';
import { oddBytes, textOf } from '../../../irc/p10/text.ts';
import { takeNetworkBan } from '../../actions/network-ban.ts';
import { noticeOpers } from '../../broadcast.ts';
import { addServerBan, removeServerBan } from '../../commands/server-ban.ts';
import { limits } from '../../limits.ts';
import type { NetworkBanChange } from '../../network-bans/network-ban.ts';
import { nameOf } from '../../network-events.ts';
import { NOTICE } from '../../notice-kinds.ts';
import { networkBanLine } from '../network-ban-lines.ts';
import { toSeconds } from '../peer.ts';
import { type LinkLine, passOn, type TokenCode } from './link-line.ts';

/** `GL`. */
export const gline: TokenCode = (line) => takeUserBan(line, 'gline');

/** `SU` of Nefarious, and between servers of our own kind. */
export const shun: TokenCode = (line) => takeUserBan(line, 'shun');

function takeUserBan(line: LinkLine, kind: 'gline' | 'shun'): null {
  const said = readGline(line.line, toSeconds(Date.now()));
  if (typeof said === 'string') return null;
  if (said.to !== EVERYWHERE) forOneServer(line, kind, said);
  else if (said.changedSeconds > 0) {
    const { sign, expiresSeconds, keptSeconds, changedSeconds } = said;
    take(line, {
      kind,
      mask: textOf(said.mask),
      active: ACTIVE[sign],
      changedSeconds,
      expiresMs: milliseconds(expiresSeconds),
      keptMs: milliseconds(keptSeconds),
      reason: said.reason === null ? null : textOf(said.reason),
      reasonBytes: oddBytes(said.reason ?? '') ?? undefined,
      by: nameOf(line.source),
    });
  }
  return null;
}

/** `JU`; one for this server alone is not kept, because all that are kept are told to everybody. */
export const jupe: TokenCode = (line) => {
  const said = readJupe(line.line, toSeconds(Date.now()));
  if (typeof said === 'string') return null;
  const to = line.server.state.serverByNumeric(said.to);
  if (said.to === EVERYWHERE)
    take(line, {
      kind: 'jupe',
      mask: textOf(said.mask),
      active: said.active,
      changedSeconds: said.changedSeconds,
      expiresMs: said.expiresSeconds * 1000,
      keptMs: null,
      reason: textOf(said.reason),
      reasonBytes: oddBytes(said.reason) ?? undefined,
      by: nameOf(line.source),
    });
  else if (to !== undefined && to !== line.server.state.me) passOn(line, to);
  return null;
};

/** A change of anything but whether it holds says nothing of that. */
const ACTIVE: Readonly<Record<BanSign, boolean | null>> = {
  '+': true,
  '-': false,
  '': null,
  '>': null,
  '<': null,
};

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000;
}

function take(line: LinkLine, said: NetworkBanChange): void {
  const { server, network, link, text } = line;
  const nowMs = Date.now();
  // No later change could undo it.
  if (said.changedSeconds * 1000 > nowMs + FAR_MS) return;
  const known = server.networkBans.get(said.kind, said.mask, nowMs);
  const now = changed(known, said, nowMs);
  if (now === 'same') return;
  if (now === 'older') {
    if (!link.bursting) link.send(networkBanLine(server.state.me.numeric, known!));
  } else if (now === 'unknown') network.forward(text, link);
  else if (
    said.mask.length <= limits.maskBytes.default &&
    server.networkBans.hasRoom(said.kind, said.mask, nowMs)
  )
    takeNetworkBan(server, line.source, now, { quiet: link.bursting });
  else {
    const why = said.mask.length > limits.maskBytes.default ? 'its mask is too long' : 'the list is full';
    noticeOpers(
      server,
      NOTICE.bans,
      `${said.by} set a ban of the network that is not kept here, because ${why}: ${said.mask}`,
    );
    network.forward(text, link);
  }
}

/** A ban on one server alone is a K-line there. To switch one of the network off for a server is for that server's operators. */
function forOneServer(line: LinkLine, kind: 'gline' | 'shun', said: GlineLine): void {
  const { server, source } = line;
  const to = server.state.serverByNumeric(said.to);
  if (to !== undefined && to !== server.state.me) passOn(line, to);
  if (to !== server.state.me || said.sign === '>' || said.sign === '<') return;
  const mask = textOf(said.mask);
  const by = nameOf(source);
  if (kind === 'shun') {
    noticeOpers(
      server,
      NOTICE.bans,
      `${by} wanted a shun here alone that is not set, shuns are of the network: ${mask}`,
    );
    return;
  }
  if (said.sign === '-') {
    removeServerBan(server, 'kline', mask, by);
    return;
  }
  const setMs = Date.now();
  const reason = textOf(said.reason ?? 'No reason given');
  const ban = {
    kind: 'kline',
    mask,
    reason,
    by,
    setMs,
    expiresMs: milliseconds(said.expiresSeconds),
  } as const;
  const outcome = addServerBan(server, ban);
  if (typeof outcome === 'string')
    noticeOpers(server, NOTICE.bans, `${by} wanted a K-line here that cannot be set: ${outcome}`);
}
