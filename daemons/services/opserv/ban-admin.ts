/** Admin commands about bans of the network, trusts and clones. Their code is in ban-handlers.ts. */
import { z } from 'zod';
import { addressWord, lineText, lineWord } from '../../../contract/line-texts.ts';
import { type CommandSpec, defineCommand, type TableColumn } from '../../../contract/manifest.ts';
import { limits } from '../limits.ts';

export const USERS = 'signalbox_services_network_users';

/** Rows that a table shows; more than any list has. */
export const shownRows = z.number().int().min(1).max(10_000).default(1_000).describe('Most rows');
export const reason = lineText({ max: limits.reasonBytes.default }).describe('Why');
const mask = lineWord({ max: limits.maskBytes.default });
const minutes = (most: number, usual: number) =>
  z.number().int().min(1).max(most).default(usual).describe('Minutes it lasts').meta({ unit: 'minutes' });

export const endless = z
  .number()
  .int()
  .min(0)
  .max(5_256_000)
  .default(0)
  .describe('Minutes it lasts; 0 is for ever')
  .meta({ unit: 'minutes', zero: 'for ever' });

/** Whom a table lists that somebody has set. */
export const setColumns: readonly TableColumn[] = [
  { key: 'by', title: 'Set by', type: 'text' },
  { key: 'setAt', title: 'Set', type: 'time', rank: 2 },
  { key: 'expiresAt', title: 'Ends', type: 'time' },
];

/** What all commands that only list have in common. */
export const LISTS = {
  reads: true,
  danger: 'safe',
  access: 'operate',
  unrecorded: 'run',
  result: 'table',
} as const;

interface BanWords {
  readonly noun: string;
  readonly plural: string;
  readonly column: string;
  readonly example: string;
  readonly mostMinutes: number;
  readonly lift: string;
  readonly does: string;
}

function banTable({ plural, column, lift, noun }: BanWords) {
  return defineCommand({
    ...LISTS,
    summary: `List the ${plural} that hold on the whole network`,
    sentence: `list|listed the ${plural}`,
    args: z.object({ limit: shownRows }),
    columns: [
      { key: 'mask', title: column, type: 'text' },
      { key: 'reason', title: 'Reason', type: 'text' },
      ...setColumns,
    ],
    rowActions: [{ title: 'Lift', command: lift, args: { mask: 'mask' }, noun }],
  });
}

function banCommand({ noun, example, mostMinutes, does }: BanWords) {
  return defineCommand({
    summary: `${does} the whole network, or change how long and why`,
    sentence: `set|set a ${noun} for {mask} of {minutes} minutes[, which covers {=users} users][ (“{reason}”)]`,
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      mask: mask.describe(example),
      reason: reason.default('Set by an administrator'),
      minutes: minutes(mostMinutes, 1_440),
    }),
    result: 'json',
    columns: [
      { key: 'mask', title: 'Mask', type: 'text' },
      { key: 'users', title: 'Users covered', type: 'number' },
      { key: 'expiresAt', title: 'Ends', type: 'time' },
    ],
    effects: [USERS],
  });
}

function liftCommand({ noun }: BanWords) {
  return defineCommand({
    summary: `Lift a ${noun} on the whole network`,
    sentence: `lift|lifted the ${noun} for {mask}`,
    danger: 'safe',
    access: 'operate',
    args: z.object({ mask: mask.describe('The mask, in any spelling of its address') }),
    result: 'json',
    columns: [{ key: 'mask', title: 'Mask', type: 'text' }],
  });
}

const USER_EXAMPLE = 'Such as *@*.example.org, *@10.0.0.0/8 or 192.0.2.1';
const GLINE: BanWords = {
  noun: 'G-line',
  plural: 'G-lines',
  column: 'Mask',
  example: USER_EXAMPLE,
  mostMinutes: 525_600,
  lift: 'lift-gline',
  does: 'Ban users from',
};
const SHUN: BanWords = {
  ...GLINE,
  noun: 'shun',
  plural: 'shuns',
  lift: 'lift-shun',
  does: 'Keep users from talking on',
};
const JUPE: BanWords = {
  noun: 'jupe',
  plural: 'jupes',
  column: 'Server',
  example: 'Name of the server',
  mostMinutes: 10_080,
  lift: 'lift-jupe',
  does: 'Keep a server off',
};

const network = addressWord({ max: 64 }).describe('An address, or a network such as 10.0.0.0/8');

export const banAdminCommands = {
  glines: banTable(GLINE),
  'set-gline': banCommand(GLINE),
  'lift-gline': liftCommand(GLINE),
  shuns: banTable(SHUN),
  'set-shun': banCommand(SHUN),
  'lift-shun': liftCommand(SHUN),
  jupes: banTable(JUPE),
  'set-jupe': banCommand(JUPE),
  'lift-jupe': liftCommand(JUPE),
  'refresh-glines': defineCommand({
    summary: 'Tell all servers of all G-lines anew, for one that has lost them',
    sentence: 'tell|told all servers of {=told} G-lines anew',
    danger: 'safe',
    access: 'operate',
    args: z.object({}),
    result: 'json',
    columns: [{ key: 'told', title: 'G-lines', type: 'number' }],
    timeoutMs: 60_000,
  }),
  block: defineCommand({
    summary: 'Ban the address of somebody from the whole network; operators and trusted addresses are spared',
    sentence: 'ban|banned the address of {nick}[, {=mask},] for {minutes} minutes[ (“{reason}”)]',
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      nick: lineWord({ max: 64 }).describe('Nick of the user'),
      reason: reason.default('Set by an administrator'),
      minutes: minutes(525_600, limits.blockMinutes.default),
    }),
    result: 'json',
    columns: [
      { key: 'mask', title: 'Mask', type: 'text' },
      { key: 'users', title: 'Users covered', type: 'number' },
    ],
    effects: [USERS],
  }),
  trusts: defineCommand({
    ...LISTS,
    summary: 'List the addresses and networks that more clients may come from',
    sentence: 'list|listed the trusts',
    args: z.object({ limit: shownRows }),
    columns: [
      { key: 'network', title: 'Network', type: 'text' },
      { key: 'most', title: 'Clients of an address', type: 'number' },
      { key: 'reason', title: 'Reason', type: 'text' },
      ...setColumns,
    ],
    rowActions: [
      {
        title: 'Change',
        command: 'set-trust',
        args: { network: 'network', clients: 'most', reason: 'reason' },
        noun: 'trust',
      },
      { title: 'Take away', command: 'drop-trust', args: { network: 'network' }, noun: 'trust' },
    ],
  }),
  'set-trust': defineCommand({
    summary: 'Let more clients come from an address or network, or change how many',
    sentence: 'trust|trusted {network} with {clients} clients[ for {minutes} minutes][ (“{reason}”)]',
    danger: 'safe',
    access: 'operate',
    args: z.object({
      network,
      clients: z
        .number()
        .int()
        .min(0)
        .max(limits.trustedClients.default)
        .describe('Clients of each address; 0 for any number'),
      reason: reason.default('Set by an administrator'),
      minutes: endless,
    }),
    result: 'json',
    columns: [
      { key: 'network', title: 'Network', type: 'text' },
      { key: 'most', title: 'Clients of an address', type: 'number' },
    ],
  }),
  'drop-trust': defineCommand({
    summary: 'Take a trust away; who is connected stays',
    sentence: 'take|took the trust of {network} away',
    danger: 'safe',
    access: 'operate',
    args: z.object({ network }),
    result: 'json',
    columns: [{ key: 'network', title: 'Network', type: 'text' }],
  }),
  clones: defineCommand({
    ...LISTS,
    summary: 'List the addresses from which several clients come, and how many may',
    sentence: 'list|listed the clones',
    args: z.object({
      least: z.number().int().min(1).max(100_000).default(2).describe('Fewest clients of an address'),
      limit: shownRows,
    }),
    columns: [
      { key: 'address', title: 'Address', type: 'text' },
      { key: 'clients', title: 'Clients', type: 'number' },
      { key: 'most', title: 'May be', type: 'number' },
      { key: 'trust', title: 'Trusted as', type: 'text' },
      { key: 'nicks', title: 'Some of them', type: 'text', rank: 2 },
    ],
    rowActions: [
      {
        title: 'Trust',
        command: 'set-trust',
        args: { network: 'address', clients: 'clients' },
        noun: 'address',
      },
      { title: 'G-line', command: 'set-gline', args: { mask: 'address' }, noun: 'address' },
    ],
  }),
} satisfies Record<string, CommandSpec>;
