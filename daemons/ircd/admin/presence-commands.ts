/** Declares the admin commands by which somebody is spoken to, and a channel is looked after. The code is in presence-handlers.ts. */
import { z } from 'zod';
import { lineText, lineWord } from '../../../contract/line-texts.ts';
import { type CommandSpec, defineCommand } from '../../../contract/manifest.ts';
import { limits } from '../limits.ts';

/** Arguments that other commands have too. */
interface Shared<Name extends z.ZodType> {
  readonly client: Name;
  readonly channel: Name;
  readonly reason: z.ZodString;
}

export function presenceCommands<Name extends z.ZodType>({ client, channel, reason }: Shared<Name>) {
  return {
    message: defineCommand({
      summary: 'Send a notice to one client of this server',
      sentence: 'send|sent “{text}” to {client}',
      danger: 'safe',
      access: 'operate',
      args: z.object({ client, text: lineText({ max: 400 }).describe('The notice') }),
      result: 'json',
    }),
    'set-topic': defineCommand({
      summary: 'Set the topic of a channel',
      sentence: 'set|set the topic of {channel}[ to “{text}”]',
      danger: 'safe',
      access: 'operate',
      args: z.object({
        channel,
        text: lineText({ min: 0, max: limits.topicBytes.default })
          .default('')
          .describe('The topic; none where empty'),
      }),
      result: 'json',
    }),
    'set-modes': defineCommand({
      summary: 'Change the modes of a channel, and what members are',
      sentence: 'change|changed the modes of {channel} by {modes}',
      danger: 'disruptive',
      access: 'operate',
      args: z.object({
        channel,
        modes: lineText({ max: 400 }).describe(
          'Letters with + and -, and behind them their parameters, such as +mH-s, +l 50, +o ann, +b *!*@192.0.2.9, +f [20m]:10 or +L #other; H is whether what is said is kept',
        ),
        key: lineWord({ max: limits.keyLength.default })
          .optional()
          .describe('What +k among the modes sets; it is not in the audit trail')
          .meta({ secret: true }),
      }),
      result: 'json',
    }),
    kick: defineCommand({
      summary: 'Remove a user from a channel',
      sentence: 'kick|kicked {client} from {channel}[ (“{reason}”)]',
      danger: 'disruptive',
      access: 'operate',
      unrecorded: 'run',
      args: z.object({ channel, client, reason: reason.default('Kicked by an administrator') }),
      result: 'json',
    }),
  } satisfies Record<string, CommandSpec>;
}
