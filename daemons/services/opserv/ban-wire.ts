/** Bans of the network as lines of the uplink: `GL` and `JU`, and `SU` for the shuns of Nefarious. */
import type { BanChange } from '../../irc/network-ban.ts';
import { FAR_MS } from '../../irc/network-ban.ts';
import {
  EVERYWHERE,
  networkBanLine,
  readGline,
  readJupe,
  writeGline,
  writeJupe,
} from '../../irc/p10/ban-line.ts';
import { oddBytes, textOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import type { HeardLine, Uplink } from '../uplink/uplink.ts';
import type { NetworkBan, NetworkBanKind } from './network-bans.ts';

/** Whether a network knows bans of a kind. */
export function knows({ kind }: Uplink, ban: NetworkBanKind): boolean {
  return ban !== 'shun' || kind !== 'ircu';
}

/** The line of a ban as it is now; null where the network does not know such. */
export function writeBan(uplink: Uplink, ban: NetworkBan, nowMs: number): string | null {
  if (!knows(uplink, ban.kind)) return null;
  const line = networkBanLine(ban);
  const seconds = Math.floor(nowMs / 1_000);
  const { numeric } = uplink.identity;
  if (ban.kind === 'jupe') return writeJupe(numeric, line, seconds);
  return writeGline(numeric, line, seconds, ban.kind === 'gline' ? TOKEN.GLINE : TOKEN.SHUN);
}

/** What a line says of a ban; null for one that says nothing of one, or that is for one server alone. */
export function readBan(
  uplink: Uplink,
  { token, line }: HeardLine,
  nowMs: number,
): BanChange<NetworkBanKind> | null {
  const by = nameOf(uplink, line.source);
  const seconds = Math.floor(nowMs / 1_000);
  if (token === TOKEN.JUPE) {
    const said = readJupe(line, seconds);
    if (typeof said === 'string' || said.to !== EVERYWHERE) return null;
    const { active, changedSeconds, expiresSeconds, reason } = said;
    return believable(nowMs, {
      kind: 'jupe',
      mask: textOf(said.mask),
      active,
      changedSeconds,
      expiresMs: expiresSeconds * 1_000,
      keptMs: null,
      reason: textOf(reason),
      reasonBytes: oddBytes(reason) ?? undefined,
      by,
    });
  }
  if (token !== TOKEN.GLINE && token !== TOKEN.SHUN) return null;
  const said = readGline(line, seconds);
  if (typeof said === 'string' || said.to !== EVERYWHERE || said.changedSeconds === 0) return null;
  const { sign, changedSeconds, expiresSeconds, keptSeconds, reason } = said;
  return believable(nowMs, {
    kind: token === TOKEN.SHUN ? 'shun' : 'gline',
    mask: textOf(said.mask),
    active: sign === '+' ? true : sign === '-' ? false : null,
    changedSeconds,
    expiresMs: expiresSeconds === null ? null : expiresSeconds * 1_000,
    keptMs: keptSeconds === null ? null : keptSeconds * 1_000,
    reason: reason === null ? null : textOf(reason),
    reasonBytes: oddBytes(reason ?? '') ?? undefined,
    by,
  });
}

/** No later change could undo one that was made ten years from now. */
function believable(nowMs: number, said: BanChange<NetworkBanKind>): BanChange<NetworkBanKind> | null {
  return said.changedSeconds * 1_000 > nowMs + FAR_MS ? null : said;
}

function nameOf({ view }: Uplink, source: string): string {
  return view.users.get(source)?.nick ?? view.servers.get(source)?.name ?? source;
}
