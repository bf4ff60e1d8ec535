/**
 * The text of docs/limits.md: every limit of every process with its default, unit and reason, from the tables that the
 * code reads. Called by reference-docs.ts and its test.
 */
import type { Limit } from '../contract/limit.ts';
import { limits as accountsLimits } from '../daemons/identity/limits.ts';
import { limits as ircdLimits } from '../daemons/ircd/limits.ts';
import { limits as messagesLimits } from '../daemons/messages/limits.ts';
import { CLIENT_LIMITS as OBJECTS_CLIENT_LIMITS } from '../daemons/objects/client/limits.ts';
import { FIXED_LIMITS as OBJECTS_FIXED_LIMITS, LIMITS as OBJECTS_LIMITS } from '../daemons/objects/limits.ts';
import { limits as recorderLimits } from '../daemons/recorder/limits.ts';
import { FIXED_LIMITS as RELAY_FIXED_LIMITS, LIMITS as RELAY_LIMITS } from '../daemons/relay/limits.ts';
import { limits as runtimeLimits } from '../daemons/runtime/limits.ts';
import { limits as servicesLimits } from '../daemons/services/limits.ts';
import { limits as kitLimits } from '../kit/limits.ts';
import { CONTROL_LIMIT_TABLE } from '../main/core/limits.ts';
import { markdownTable } from './markdown-table.ts';

/** The tables in the order of the page. */
export const LIMIT_TABLES: readonly {
  readonly title: string;
  readonly about: string;
  readonly file: string;
  readonly limits: Readonly<Record<string, Limit>>;
}[] = [
  {
    title: 'IRC server',
    about:
      'A connection class in the configuration overrides `maxConnections`, `maxPerAddress`, `sendQueueBytes`, `receiveQueueBytes` and `pingSeconds`; the command `set-limits` changes some protocol limits until the next restart.',
    file: 'daemons/ircd/limits.ts',
    limits: ircdLimits,
  },
  {
    title: 'Relay',
    about:
      'Each is a key of `[relay]` with the range in the [reference](reference/relay.md), except `flush_turn_ms`, which is fixed. A rate of 0 means that it is not limited.',
    file: 'daemons/relay/limits.ts',
    limits: { ...RELAY_LIMITS, ...RELAY_FIXED_LIMITS },
  },
  {
    title: 'Objects',
    about:
      'Those from `max_clients` to `max_bans` are keys of `[objects]`, and `set-limits` changes them while it runs; the others are fixed.',
    file: 'daemons/objects/limits.ts',
    limits: { ...OBJECTS_LIMITS, ...OBJECTS_FIXED_LIMITS },
  },
  {
    title: 'Client library of Objects',
    about:
      'Programs that use it give other numbers for `deadlineMs`, `connectMs`, `closeMs`, `depth` and `getBytes`.',
    file: 'daemons/objects/client/limits.ts',
    limits: OBJECTS_CLIENT_LIMITS,
  },
  {
    title: 'Services',
    about:
      'All of them are fixed; what concerns passwords and accounts stands under Accounts. See [services](services.md).',
    file: 'daemons/services/limits.ts',
    limits: servicesLimits,
  },
  {
    title: 'Accounts',
    about:
      '`passwordCharacters` is a key of `[accounts]`; the others are fixed. See [accounts](accounts.md).',
    file: 'daemons/identity/limits.ts',
    limits: accountsLimits,
  },
  {
    title: 'Messages',
    about:
      'All of them are fixed. How much is kept stands under IRC server (`history…`), and how long is a key of `[ircd.history]`.',
    file: 'daemons/messages/limits.ts',
    limits: messagesLimits,
  },
  {
    title: 'Recorder',
    about:
      'How long history and audit are kept can be set in `[recorder]`; see the [reference](reference/recorder.md).',
    file: 'daemons/recorder/limits.ts',
    limits: recorderLimits,
  },
  {
    title: 'Every process',
    about: 'Logs, streams and listeners of each daemon, and of main where it has them.',
    file: 'daemons/runtime/limits.ts',
    limits: runtimeLimits,
  },
  {
    title: 'Shared parts',
    about: 'What every process and the window use.',
    file: 'kit/limits.ts',
    limits: kitLimits,
  },
  {
    title: 'Control plane and hosts',
    about: 'Supervision, records, configuration, the local socket and the HTTP server.',
    file: 'main/core/limits.ts',
    limits: CONTROL_LIMIT_TABLE,
  },
];

/** The whole page. */
export function limitsPage(): string {
  return `${[
    '# Limits',
    'What Signalbox bounds, by how much, and why. Generated from the tables that the code reads by `node scripts/reference-docs.ts`.',
    ...LIMIT_TABLES.flatMap(({ title, about, file, limits }) => [
      `## ${title}`,
      `${about} Table: \`${file}\`.`,
      markdownTable(
        ['Name', 'Default', 'Unit', 'Reason'],
        Object.entries(limits).map(([name, limit]) => [
          `\`${name}\``,
          limit.default.toLocaleString('en'),
          limit.unit,
          limit.reason,
        ]),
      ),
    ]),
  ].join('\n\n')}\n`;
}
