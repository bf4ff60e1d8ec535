/** Declares the admin commands about spam filters. The code is in filter-handlers.ts. */
import { z } from 'zod';
import { lineText, lineWord } from '../../../contract/line-texts.ts';
import { type CommandSpec, defineCommand } from '../../../contract/manifest.ts';
import { limits } from '../limits.ts';
import { SPAM_ACTIONS } from '../spam-filters/spam-filter.ts';
import { filterColumns, trialColumns } from './columns.ts';
import { filterActions } from './row-actions.ts';

const pattern = lineText({ max: limits.spamPatternBytes.default }).describe(
  'What is looked for in a text; with * and ? the mask of a whole text',
);

const targets = lineWord({ max: 100 }).describe(
  'all, or some of private, channel, private-notice, channel-notice, part, quit, topic, away, realname, kick, metadata with commas between them',
);

/** @param limit the most rows */
export function filterCommands<Limit extends z.ZodType>(limit: Limit) {
  return {
    filters: defineCommand({
      summary: 'List spam filters and what they have met',
      sentence: 'list|listed the spam filters',
      reads: true,
      danger: 'safe',
      access: 'operate',
      unrecorded: 'run',
      args: z.object({}),
      result: 'table',
      columns: filterColumns,
      rowActions: filterActions,
    }),
    'add-filter': defineCommand({
      summary: 'Set a spam filter, or change the one of that pattern',
      sentence: 'filter|filtered “{pattern}” ({action} in {targets})[ (“{reason}”)]',
      danger: 'disruptive',
      access: 'operate',
      unrecorded: 'run',
      args: z.object({
        pattern,
        targets: targets.default('private,channel'),
        action: z
          .enum(SPAM_ACTIONS)
          .default('block')
          .describe(
            'warn only tells operators; kline and gline ban the address from this server or the network',
          ),
        minutes: z
          .int()
          .min(1)
          .max(525_600)
          .default(limits.spamBanMinutes.default)
          .describe('Minutes that a ban by it lasts'),
        reason: lineText({ min: 0, max: 300 }).describe('Reason that users see').default('Spam'),
      }),
      result: 'json',
      effects: ['signalbox_ircd_spam_matches_total'],
    }),
    'remove-filter': defineCommand({
      summary: 'Remove a spam filter',
      sentence: 'remove|removed the spam filter “{pattern}”',
      danger: 'safe',
      access: 'operate',
      args: z.object({ pattern }),
      result: 'json',
    }),
    'test-filter': defineCommand({
      summary: 'Show what a spam filter would have met lately, where that is kept ([ircd.spam])',
      sentence: 'try|tried the spam filter “{pattern}” on what was said',
      reads: true,
      danger: 'safe',
      access: 'operate',
      args: z.object({ pattern, targets: targets.default('all'), limit }),
      result: 'table',
      columns: trialColumns,
    }),
  } satisfies Record<string, CommandSpec>;
}
