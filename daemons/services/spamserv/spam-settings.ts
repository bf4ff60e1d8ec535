/** What SpamServ looks for on a channel and what it does about it, by what owners set; the defaults are those that X3 has. */
import { z } from 'zod';
import { limits } from '../limits.ts';

/** What somebody does wrong. */
export type Offence = 'repeat' | 'flood' | 'joins' | 'words' | 'advertisement' | 'caps';

/** What is done about it after a warning, by its number. */
export const REACTIONS = ['kick', 'kickban', 'short ban', 'long ban', 'kill'] as const;
export type Reaction = (typeof REACTIONS)[number];

/** Operators alone set this one. */
export const KILL = REACTIONS.indexOf('kill');

/** How often one line may be said, by the number of SPAMLIMIT. */
export const SPAM_LIMITS = [2, 3, 4, 5, 6] as const;

const level = z.number().int().min(1).max(501);
const reaction = z.number().int().min(0).max(KILL);

const schema = z.object({
  exceptLevel: level.default(300),
  exceptAdvLevel: level.default(200),
  exceptBadwordLevel: level.default(200),
  exceptCapsLevel: level.default(200),
  exceptFloodLevel: level.default(200),
  exceptSpamLevel: level.default(200),
  spamLimit: z
    .number()
    .int()
    .min(0)
    .max(SPAM_LIMITS.length - 1)
    .default(1),
  badReaction: reaction.default(2),
  capsReaction: reaction.default(2),
  advReaction: reaction.default(3),
  warnReaction: reaction.default(2),
  advScan: z.boolean().default(false),
  badwordScan: z.boolean().default(false),
  capsScan: z.boolean().default(false),
  spamScan: z.boolean().default(true),
  chanFloodScan: z.boolean().default(true),
  joinFloodScan: z.boolean().default(true),
  capsMin: z.number().int().min(1).max(400).default(10),
  capsPercent: z.number().int().min(1).max(100).default(25),
});

/** What is set of a channel. */
export type SpamSettings = Readonly<z.output<typeof schema>>;

/** What is set, as it is kept; what cannot be read is as by default. */
export function readSpamSettings(json: string): SpamSettings {
  let kept: unknown;
  try {
    kept = JSON.parse(json);
  } catch {
    kept = {};
  }
  const whole = schema.safeParse(kept);
  return whole.success ? whole.data : schema.parse({});
}

type LevelKey = Extract<keyof SpamSettings, `except${string}`>;
type ReactionKey = Extract<keyof SpamSettings, `${string}Reaction`>;
type ScanKey = Extract<keyof SpamSettings, `${string}Scan`>;

/** A setting as people know it; what a value is comes of its kind. */
export type SpamSetting = { readonly name: string; readonly help: string } & (
  | { readonly kind: 'level'; readonly key: LevelKey }
  | { readonly kind: 'reaction'; readonly key: ReactionKey }
  | { readonly kind: 'scan'; readonly key: ScanKey }
  | {
      readonly kind: 'number';
      readonly key: 'spamLimit' | 'capsMin' | 'capsPercent';
      readonly least: number;
      readonly most: number;
    }
);

const levelOf = (name: string, key: LevelKey, what: string): SpamSetting => ({
  ...{ name, key, kind: 'level' },
  help: `From this level of access on ${what}.`,
});
const reactionOf = (name: string, key: ReactionKey, what: string): SpamSetting => ({
  ...{ name, key, kind: 'reaction' },
  help: `What is done about ${what} after a warning: ${REACTIONS.map((one, at) => `${at} ${one}`).join(', ')}.`,
});
const scanOf = (name: string, key: ScanKey, what: string): SpamSetting => ({
  ...{ name, key, kind: 'scan' },
  help: `Whether it looks for ${what}: 1 or 0.`,
});

/** In the order in which SET shows them. */
export const SPAM_SETTINGS: readonly SpamSetting[] = [
  levelOf('EXCEPTLEVEL', 'exceptLevel', 'nothing is looked at'),
  levelOf('EXCEPTADVLEVEL', 'exceptAdvLevel', 'advertisements are not looked for'),
  levelOf('EXCEPTBADWORDLEVEL', 'exceptBadwordLevel', 'bad words are not looked for'),
  levelOf('EXCEPTCAPSLEVEL', 'exceptCapsLevel', 'capitals are not looked for'),
  levelOf('EXCEPTFLOODLEVEL', 'exceptFloodLevel', 'many lines are not looked for'),
  levelOf('EXCEPTSPAMLEVEL', 'exceptSpamLevel', 'lines that are said again are not looked for'),
  {
    ...{ name: 'SPAMLIMIT', key: 'spamLimit', kind: 'number', least: 0, most: SPAM_LIMITS.length - 1 },
    help: `How often one line may be said: ${SPAM_LIMITS.map((times, at) => `${at} for ${times} times`).join(', ')}.`,
  },
  reactionOf('BADREACTION', 'badReaction', 'bad words'),
  reactionOf('CAPSREACTION', 'capsReaction', 'too many capitals'),
  reactionOf('ADVREACTION', 'advReaction', 'advertisements'),
  reactionOf('WARNREACTION', 'warnReaction', 'lines that are said again, and too many of them'),
  scanOf('ADVSCAN', 'advScan', 'advertisements'),
  scanOf('BADWORDSCAN', 'badwordScan', 'bad words'),
  scanOf('CAPSSCAN', 'capsScan', 'capitals'),
  scanOf('SPAMSCAN', 'spamScan', 'lines that are said again'),
  scanOf('CHANFLOODSCAN', 'chanFloodScan', 'many lines in a short time'),
  scanOf('JOINFLOODSCAN', 'joinFloodScan', 'whoever joins again and again'),
  {
    ...{ name: 'CAPSMIN', key: 'capsMin', kind: 'number', least: 1, most: 400 },
    help: 'Capitals that a line has at least to be too many.',
  },
  {
    ...{ name: 'CAPSPERCENT', key: 'capsPercent', kind: 'number', least: 1, most: 100 },
    help: 'How much of the line they are at least, of 100.',
  },
];

/** Other names that people know some by. */
const ALIASES: ReadonlyMap<string, string> = new Map([['BADSCAN', 'BADWORDSCAN']]);

export function findSpamSetting(word: string): SpamSetting | undefined {
  const name = word.toUpperCase();
  return SPAM_SETTINGS.find((one) => one.name === (ALIASES.get(name) ?? name));
}

/** The level from which on an offence is not looked for. */
export function exceptedFrom(settings: SpamSettings, offence: Offence): number {
  const { exceptLevel } = settings;
  const own: Readonly<Record<Offence, number>> = {
    repeat: settings.exceptSpamLevel,
    flood: settings.exceptFloodLevel,
    joins: exceptLevel,
    words: settings.exceptBadwordLevel,
    advertisement: settings.exceptAdvLevel,
    caps: settings.exceptCapsLevel,
  };
  return Math.min(exceptLevel, own[offence]);
}

/** What is done about an offence after its warning. */
export function reactionTo(settings: SpamSettings, offence: Offence): Reaction {
  const number: Readonly<Record<Offence, number>> = {
    repeat: settings.warnReaction,
    flood: settings.warnReaction,
    joins: REACTIONS.indexOf('short ban'),
    words: settings.badReaction,
    advertisement: settings.advReaction,
    caps: settings.capsReaction,
  };
  return REACTIONS[number[offence]]!;
}

/** Why a word is none that a channel may have; null where it may. */
export function wordRefusal(word: string): 'short' | 'long' | null {
  const bytes = Buffer.byteLength(word);
  if (bytes < limits.spamWordBytesLeast.default) return 'short';
  return bytes > limits.spamWordBytes.default ? 'long' : null;
}
