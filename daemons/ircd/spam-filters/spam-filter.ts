/** A spam filter as this server stores it: a pattern, where it is looked for, and what is done to who says it. */
import { z } from 'zod';
import { isLineText, toLineText } from '../../../contract/line-texts.ts';
import { limits } from '../limits.ts';
import { foldSpam, patternProblem } from './spam-pattern.ts';

/** What is said where, in the order in which it is listed, with the letters that UnrealIRCd has for it; it has none for `k` and `m`. */
export const SPAM_TARGETS = {
  private: 'p',
  channel: 'c',
  'private-notice': 'n',
  'channel-notice': 'N',
  part: 'P',
  quit: 'q',
  topic: 't',
  away: 'a',
  realname: 'u',
  kick: 'k',
  metadata: 'm',
} as const;

export type SpamTarget = keyof typeof SPAM_TARGETS;

const TARGET_NAMES = Object.keys(SPAM_TARGETS) as readonly SpamTarget[];

/** What is done to who says it; all but `warn` also keep it from being said. */
export const SPAM_ACTIONS = ['block', 'warn', 'kill', 'kline', 'gline'] as const;

export type SpamAction = (typeof SPAM_ACTIONS)[number];

/** One as it is stored. */
export const spamFilterSchema = z
  .object({
    kind: z.literal('spam'),
    pattern: z.string(),
    targets: z
      .array(z.enum(TARGET_NAMES as readonly [SpamTarget, ...SpamTarget[]]))
      .min(1)
      .readonly(),
    action: z.enum(SPAM_ACTIONS),
    /** How long a K-line or G-line of it lasts. */
    minutes: z.int().min(1),
    reason: z.string().transform(toLineText),
    by: z.string().transform(toLineText),
    /** Unix milliseconds. */
    setMs: z.number(),
  })
  .superRefine(({ pattern }, context) => {
    const problem = filterProblem(pattern);
    if (problem !== null) context.addIssue({ code: 'custom', path: ['pattern'], message: problem });
  });

export type SpamFilter = Readonly<z.output<typeof spamFilterSchema>>;

/** What tells one filter from another. */
export function filterKey(pattern: string): string {
  return `spam ${foldSpam(pattern)}`;
}

/** Why a pattern cannot be filtered, as text; null where it can. */
export function filterProblem(pattern: string): string | null {
  const most = limits.spamPatternBytes.default;
  if (Buffer.byteLength(pattern) > most) return `a pattern has at most ${most} bytes`;
  if (!isLineText(pattern)) return 'a pattern is one line without control characters';
  return patternProblem(pattern);
}

/** Names of targets between commas, `all`, or what is wrong with them. */
export function parseTargets(text: string): readonly SpamTarget[] | { readonly problem: string } {
  if (text === 'all') return TARGET_NAMES;
  const names = text.split(',');
  const stranger = names.find((name) => !(name in SPAM_TARGETS));
  if (stranger === undefined) return TARGET_NAMES.filter((name) => names.includes(name));
  return {
    problem: `${toLineText(stranger)} is no target; expected all, or of ${TARGET_NAMES.join(', ')} some with commas between them`,
  };
}

/** The same by the letters of UnrealIRCd. */
export function parseTargetLetters(text: string): readonly SpamTarget[] | { readonly problem: string } {
  const known = new Map<string, SpamTarget>(TARGET_NAMES.map((name) => [SPAM_TARGETS[name], name]));
  const stranger = [...text].find((letter) => !known.has(letter));
  if (stranger === undefined) return TARGET_NAMES.filter((name) => text.includes(SPAM_TARGETS[name]));
  return {
    problem: `${toLineText(stranger)} is no target; expected letters of ${[...known.keys()].join('')}`,
  };
}
