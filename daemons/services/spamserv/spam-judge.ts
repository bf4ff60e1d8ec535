/** What SpamServ finds of a line or of somebody joining: nothing, a warning, or what is done about it. Whoever was warned is not warned again. */
import { limits } from '../limits.ts';
import type { SpamRecord } from './spam-memory.ts';
import {
  exceptedFrom,
  type Offence,
  REACTIONS,
  type Reaction,
  reactionTo,
  SPAM_LIMITS,
  type SpamSettings,
} from './spam-settings.ts';
import { holdsWord, isAdvertisement, isShouting, lineMark, plainText } from './spam-text.ts';

/** What a channel has set. */
export interface SpamRules {
  readonly settings: SpamSettings;
  /** In small letters. A line with one of `exceptions` is neither advertisement nor bad. */
  readonly badWords: readonly string[];
  readonly exceptions: readonly string[];
  /** See `isAdvertisement`. */
  readonly isChannel: (name: string) => boolean;
}

/** What is found. */
export interface Verdict {
  readonly offence: Offence;
  /** Null for a warning. */
  readonly reaction: Reaction | null;
}

/** What is looked for, in this order; the worst of a line is found first. */
const LINE_CHECKS: readonly Offence[] = ['flood', 'repeat', 'words', 'advertisement', 'caps'];

/**
 * Somebody says something. The record is brought up to date, whatever comes of it.
 * @param level of their access to the channel; 0 for none
 * @param nowMs monotonic milliseconds
 */
export function judgeLine(
  rules: SpamRules,
  record: SpamRecord,
  text: string,
  level: number,
  nowMs: number,
): Verdict | null {
  const plain = plainText(text);
  const seen = heard(rules.settings, record, plain, nowMs);
  for (const offence of LINE_CHECKS) {
    if (level >= exceptedFrom(rules.settings, offence)) continue;
    const found = seen[offence] ?? CHECKS[offence]?.(rules, plain) ?? false;
    if (found === false) continue;
    const verdict = settle(rules.settings, record, offence, found === 'act', nowMs);
    if (verdict !== null) return verdict;
  }
  return null;
}

/** Somebody joins. */
export function judgeJoin(
  { settings }: Pick<SpamRules, 'settings'>,
  record: SpamRecord,
  level: number,
  nowMs: number,
): Verdict | null {
  if (nowMs - record.joinsSinceMs >= limits.joinFloodMs.default) {
    record.joinsSinceMs = nowMs;
    record.joins = 0;
  }
  record.joins++;
  if (!settings.joinFloodScan || level >= exceptedFrom(settings, 'joins')) return null;
  if (record.joins <= limits.joinFloodJoins.default) return null;
  record.joins = 0;
  // Whoever hops in and out reads no warning.
  return punish(settings, record, 'joins', nowMs);
}

type Found = false | 'warn' | 'act';

/** What comes of counting: it has a bound at which it warns, and a later one at which it acts. */
function heard(
  settings: SpamSettings,
  record: SpamRecord,
  plain: string,
  nowMs: number,
): Partial<Record<Offence, Found>> {
  const mark = lineMark(plain);
  record.repeats = record.mark === mark ? record.repeats + 1 : 1;
  record.mark = mark;
  if (nowMs - record.linesSinceMs >= limits.floodMs.default) {
    record.linesSinceMs = nowMs;
    record.lines = 0;
  }
  record.lines++;
  const most = SPAM_LIMITS[settings.spamLimit]!;
  const lines = limits.floodLines.default;
  return {
    repeat: settings.spamScan ? bound(record.repeats, most, most + 1) : false,
    flood: settings.chanFloodScan ? bound(record.lines, lines - 1, lines + 1) : false,
  };
}

function bound(count: number, warn: number, act: number): Found {
  if (count >= act) return 'act';
  return count === warn ? 'warn' : false;
}

const CHECKS: Partial<Record<Offence, (rules: SpamRules, plain: string) => Found>> = {
  words: ({ settings, badWords, exceptions }, plain) =>
    settings.badwordScan && holdsWord(plain, badWords) && !holdsWord(plain, exceptions) ? 'warn' : false,
  advertisement: ({ settings, exceptions, isChannel }, plain) =>
    settings.advScan && isAdvertisement(plain, isChannel) && !holdsWord(plain, exceptions) ? 'warn' : false,
  caps: ({ settings }, plain) =>
    settings.capsScan && isShouting(plain, settings.capsMin, settings.capsPercent) ? 'warn' : false,
};

/** Warns first, and acts on whoever was warned of the same not long ago. */
function settle(
  settings: SpamSettings,
  record: SpamRecord,
  offence: Offence,
  counted: boolean,
  nowMs: number,
): Verdict | null {
  const warned = record.warned.get(offence);
  const isWarned = warned !== undefined && nowMs - warned < limits.spamWarningMs.default;
  if (counted || (isWarned && !COUNTED.has(offence))) {
    if (COUNTED.has(offence)) {
      record.repeats = 0;
      record.mark = null;
      record.lines = 0;
    }
    return punish(settings, record, offence, nowMs);
  }
  if (isWarned) return null;
  record.warned.set(offence, nowMs);
  return { offence, reaction: null };
}

/** These count by themselves to where something is done. */
const COUNTED: ReadonlySet<Offence> = new Set(['repeat', 'flood']);

/** Whoever was thrown out not long ago is kept out for a while, where a kick alone is set. */
function punish(settings: SpamSettings, record: SpamRecord, offence: Offence, nowMs: number): Verdict {
  const again = record.punishedMs !== null && nowMs - record.punishedMs < limits.spamAgainMs.default;
  record.punishedMs = nowMs;
  const reaction = reactionTo(settings, offence);
  const least = REACTIONS.indexOf('short ban');
  return {
    offence,
    reaction: again && REACTIONS.indexOf(reaction) < least ? REACTIONS[least]! : reaction,
  };
}
