/** Sets all bans of a file that was found right (ban-plan.ts), and says what that would do to whoever is here. */
import { SignalboxError } from '../../../contract/errors.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import { counted, disconnects } from '../../runtime/host/impact-text.ts';
import { planWords } from '../../runtime/list-files/list-plan.ts';
import type { BanSaved } from '../../runtime/net/ban-saver.ts';
import { eachClient } from '../actions/ban-walk.ts';
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { setNetworkBan } from '../commands/network-ban.ts';
import { NOTICE } from '../notice-kinds.ts';
import { inTurns, type StepsWith } from '../work-steps.ts';
import { banFile } from './ban-file.ts';
import { isOfNetwork } from './ban-kinds.ts';
import { type BanImport, type ImportedBan, isSilencedBy, letGoBy, minutesOf } from './ban-plan.ts';

/** What came of it. */
interface Imported {
  readonly imported: number;
  /** Those of the file that were there already. */
  readonly already: number;
  /** Those that were over already. */
  readonly over: number;
  readonly disconnected: number;
}

/** What setting them would do to whoever is here, in words. */
export async function importImpact(server: CommandServer, plan: BanImport): Promise<string> {
  const { disconnected, silenced } = await compareAll(server, plan, () => {});
  const servers = plan.entries
    .filter(({ kind, mask }) => kind === 'jupe' && server.state.findServer(mask) !== undefined)
    .map(({ mask }) => `takes ${mask} off the network`);
  const parts = [
    ...planWords(banFile, plan),
    disconnects(disconnected),
    silenced === 0 ? null : `silences ${counted(silenced, 'client')}`,
    ...servers,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

/** Sets them, and lets those go whom they are against. */
export async function importBans(
  server: CommandServer,
  plan: BanImport,
  by: string,
): Promise<Imported & BanSaved> {
  const nowMs = Date.now();
  for (const ban of plan.entries) setOne(server, ban, by, nowMs);
  const saving = server.host.saveBans();
  const { length } = plan.entries;
  const told = `${by} imported ${counted(length, 'ban')} from a file`;
  noticeOpers(server, NOTICE.bans, told);
  server.host.log('info', 'bans_imported', told, { bans: length, by });
  const { disconnected } = await compareAll(server, plan, (client, reason) => {
    server.counters.serverBanMatches++;
    server.exit(client, reason);
    server.host.work.spend(workPrices.departure.ns);
  });
  return { imported: length, already: plan.already, over: plan.over, disconnected, ...(await saving) };
}

/** One ban; that it can be set was found in this turn. */
function setOne(server: CommandServer, ban: ImportedBan, by: string, nowMs: number): void {
  const { kind, mask, spares, reason, expiresMs } = ban;
  const common = { mask, reason, by };
  const problem = isOfNetwork(kind)
    ? setNetworkBan(server, { ...common, kind }, minutesOf(ban, nowMs), { quiet: true, walk: false })
    : server.bans.add({
        ...common,
        kind,
        ...(spares === undefined ? {} : { spares }),
        setMs: nowMs,
        expiresMs,
      });
  if (typeof problem === 'string') throw new SignalboxError('internal', `${kind} ${mask}: ${problem}`);
}

/** Compares everybody who is here once with all of them. */
function compareAll(
  server: CommandServer,
  { trial }: BanImport,
  letGo: (client: Parameters<typeof letGoBy>[2], reason: string) => void,
): Promise<{ disconnected: number; silenced: number }> {
  function* steps(): StepsWith<{ disconnected: number; silenced: number }> {
    let disconnected = 0;
    let silenced = 0;
    yield* eachClient(server, (client) => {
      const reason = letGoBy(trial, server, client);
      server.host.work.spend(trial.bans.matchNs + trial.networkBans.matchNs);
      if (reason !== null) {
        disconnected++;
        letGo(client, reason);
      } else if (isSilencedBy(trial, server, client)) silenced++;
    });
    return { disconnected, silenced };
  }
  return inTurns(server.host, server.house, steps());
}
