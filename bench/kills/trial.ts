/**
 * Kills one process after the other while commands and IRC operators run, and looks afterwards whether everything that was answered is
 * there: its audit entry, exactly once, and its ban. Called by bench/kills.ts and by its test.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelFindings, ChannelLoad } from './channel-load.ts';
import { CommandLoad } from './command-load.ts';
import { OperLoad } from './oper-load.ts';
import { VictimHost } from './victim-host.ts';

/** The processes that are killed. */
export const TARGETS = ['main', 'ircd', 'relay', 'recorder'] as const;
/** One of {@link TARGETS}. */
export type Target = (typeof TARGETS)[number];

/** What came of the kills of one process. */
export interface TrialResult {
  readonly target: Target;
  readonly kills: number;
  readonly sent: number;
  readonly answered: number;
  /** What IRC operators asked for, and what of it somebody saw done. */
  readonly deedsSent: number;
  readonly deedsSeen: number;
  /** Answered commands and deeds that were seen, without an audit entry. */
  readonly lostEntries: number;
  /** Those with more than one. */
  readonly doubledEntries: number;
  /** Bans that were answered and are not in force, or were lifted and are. */
  readonly wrongBans: number;
  /** What people found in their channels, where the IRC server was killed. */
  readonly channels: ChannelFindings | null;
  /** Answers that said themselves that they are not recorded, or not saved. */
  readonly saidSo: number;
  /** Milliseconds from a command to its answer. */
  readonly latenciesMs: readonly number[];
}

/** Kills `target` `kills` times under `perSecond` commands on the data directory `folder`. */
export async function trial(options: {
  readonly target: Target;
  readonly kills: number;
  readonly perSecond: number;
  /** Deeds of IRC operators a second. */
  readonly deedsPerSecond: number;
  readonly folder: string;
  readonly onKill?: (kill: number) => void;
}): Promise<TrialResult> {
  const { target, kills, perSecond, deedsPerSecond, folder } = options;
  const host = new VictimHost(folder);
  const load = new CommandLoad(host, `m${target}`);
  const opers = new OperLoad(host, `m${target}oper`);
  const channels = target === 'ircd' ? new ChannelLoad(host) : null;
  const totals = { answered: 0, deedsSeen: 0, lostEntries: 0, doubledEntries: 0, wrongBans: 0 };
  await host.start();
  try {
    await channels?.prepare();
    let watermark = 0;
    for (let kill = 1; kill <= kills; kill++) {
      load.begin(perSecond);
      opers.begin(deedsPerSecond);
      channels?.begin();
      // Something is lost only where something has been answered.
      while (load.answered === 0 || opers.seen === 0 || channels?.underWay === false) await sleep(20);
      await sleep(Math.random() * 600);
      await host.kill(target);
      await Promise.all([load.end(), opers.end(), channels?.end()]);
      await channels?.check();
      const found = await entriesSince(host, watermark);
      watermark = found.newest;
      const answered = load.takeAnswered();
      const seen = opers.takeSeen();
      totals.answered += answered.length;
      totals.deedsSeen += seen.length;
      for (const mark of [...answered, ...seen]) {
        const count = found.marks.get(mark) ?? 0;
        if (count === 0) totals.lostEntries++;
        if (count > 1) totals.doubledEntries++;
      }
      totals.wrongBans += await wrongBans(host, load, opers.takeBanned());
      options.onKill?.(kill);
    }
  } finally {
    await host.stop();
  }
  const saidSo = load.notAudited + load.notSaved + opers.notAudited;
  const sent = { sent: load.sent, deedsSent: opers.sent };
  return {
    target,
    kills,
    ...sent,
    ...totals,
    channels: channels?.findings ?? null,
    saidSo,
    latenciesMs: load.latenciesMs,
  };
}

/** How often each mark is in an audit entry that is newer than `watermark`. */
async function entriesSince(
  host: VictimHost,
  watermark: number,
): Promise<{ marks: Map<string, number>; newest: number }> {
  const marks = new Map<string, number>();
  let newest = watermark;
  let before: number | undefined;
  for (;;) {
    const page = await host.ask('audit.query', { limit: 1_000, ...(before === undefined ? {} : { before }) });
    if (page?.ok !== true) throw new Error(`the audit trail cannot be read: ${page?.error.message}`);
    for (const { id, args, command } of page.result.entries) {
      newest = Math.max(newest, id);
      if (id <= watermark) return { marks, newest };
      const text = JSON.stringify(args);
      const mark = /m[a-z]+-\d+-/.exec(text)?.[0];
      // A ban is named by the command that lifts it too.
      if (mark !== undefined && command !== 'remove-ban') marks.set(mark, (marks.get(mark) ?? 0) + 1);
    }
    before = page.result.entries.at(-1)?.id;
    if (!page.result.more || before === undefined) return { marks, newest };
  }
}

async function wrongBans(host: VictimHost, load: CommandLoad, klined: readonly string[]): Promise<number> {
  let wrong = 0;
  for (const daemon of ['ircd', 'relay'] as const) {
    const outcome = await host.ask('command.run', { daemon, command: 'bans', args: {} });
    if (outcome?.ok !== true) throw new Error(`${daemon} does not list its bans: ${outcome?.error.message}`);
    const text = JSON.stringify(outcome.result.result);
    const { inForce, lifted } = load.bans(daemon);
    wrong += inForce.filter((mark) => !text.includes(mark)).length;
    if (daemon === 'ircd') wrong += klined.filter((mark) => !text.includes(mark)).length;
    wrong += lifted.filter((mark) => text.includes(mark)).length;
  }
  return wrong;
}
