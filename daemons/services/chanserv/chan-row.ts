/**
 * Commands about a channel: their first word names it, and who may use them is said by a level on it. The row of the table is made here
 * from what a command is, so that all of them look for the channel, its suspension and the level of whoever asks in one place.
 */
import type { StoredAccount } from '../../identity/store/account-store.ts';
import { isChannelName } from '../../irc/names.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { usageOf } from '../bots/command-table.ts';
import { phrase, type Reply, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { ViewChannel, ViewUser } from '../network/view-parts.ts';
import { accessOf, type ChanWorld, mayOverride, nameOf, onNetwork } from './chan-world.ts';
import type { ChannelSettings } from './channel-settings.ts';
import { durationText } from './durations.ts';
import { LEVELS, levelText, NOBODY_LEVEL } from './levels.ts';
import type { ChannelUser, RegisteredChannel } from './registered-channel.ts';

/** Settings that say which level somebody needs. */
type LevelSetting = {
  [Key in keyof ChannelSettings]: ChannelSettings[Key] extends number ? Key : never;
}[keyof ChannelSettings];

/** Who may use a command: a level, or the one that a setting of the channel says; 0 for everybody. */
export type ChanAccess = number | LevelSetting;

/** One use of a command about a channel. */
export interface ChanUse {
  readonly call: CommandCall;
  readonly user: ViewUser;
  /** Behind the channel. */
  readonly words: readonly string[];
  from(index: number): string;
  readonly channel: RegisteredChannel;
  /** While somebody is on it. */
  readonly view: ViewChannel | null;
  /** Who asks, where they have access that counts. */
  readonly access: ChannelUser | null;
  /** What their access comes to; 0 for none. */
  readonly level: number;
  /** What they may do: their level, or above everybody's where they act as an operator of the network. */
  readonly power: number;
  /** The account that they are logged in to. */
  readonly account: StoredAccount | null;
  /** What others read of who did it. */
  readonly by: string;
}

export interface ChanCommand {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly access: ChanAccess;
  /** Only operators of services may: from this level of their account on. */
  readonly staff?: number;
  /** Words behind the channel. */
  readonly syntax: string;
  readonly least: number;
  readonly most: number | null;
  readonly effect: string;
  readonly help: readonly string[];
  /** Whether it may be used while ChanServ leaves the channel alone. */
  readonly evenSuspended?: true;
  /** Whether the channel has to be on the network, with ChanServ on it. */
  readonly onNetwork?: true;
  /** Whether it is kept among the events of the channel; so is by default what changes something. */
  readonly event?: false;
  /** Its sentence in the audit trail, where it is written down whoever does it. */
  readonly deed?: string;
  /** Whether whoever acts as an operator of the network gains nothing by it, so that they are who they are. */
  readonly noOverride?: true;
  /** Why it is not done, looked at before it is written down; null where it may be. */
  refusal?(use: ChanUse): Reply | null;
  run(use: ChanUse): ChanResult | Promise<ChanResult>;
}

/** What came of it, to be said; {@link refuse} where nothing did. */
export type ChanResult = readonly Reply[] | NotDone;

/** Why nothing was done. */
export class NotDone {
  readonly replies: readonly Reply[];

  constructor(replies: readonly Reply[]) {
    this.replies = replies;
  }
}

export function refuse(...replies: readonly Reply[]): NotDone {
  return new NotDone(replies);
}

/** A row whose first word names a channel; `chan-serv.ts` puts it there where somebody says the command on the channel itself. */
export interface ChanRow extends CommandRow {
  readonly aboutChannel: true;
}

/** Whether a command is about a channel. */
export function isAboutChannel(row: CommandRow): row is ChanRow {
  return 'aboutChannel' in row;
}

/** Has a command of another make known as one about a channel. */
export function aboutChannel(row: CommandRow): ChanRow {
  return { ...row, aboutChannel: true };
}

/** The row of a command about a registered channel. */
export function chanRow(world: ChanWorld, command: ChanCommand): ChanRow {
  const { name, aliases, least, most, effect, help, staff, deed } = command;
  const changes = effect !== 'nothing';
  return {
    aboutChannel: true,
    name,
    ...(aliases === undefined ? {} : { aliases }),
    needs: staff !== undefined ? { level: staff } : command.access === 0 ? 'anybody' : 'account',
    ...(staff === undefined ? { who: whoMay(command.access) } : {}),
    deed: deed ?? 'CHANNEL',
    syntax: syntaxOf(command),
    least: least + 1,
    most: most === null ? null : most + 1,
    effect,
    help,
    refusal: (call) => refusalOf(world, command, call),
    recorded: (call) => {
      const use = askedOf(world, command, call);
      if (use === null || !changes) return null;
      if (deed !== undefined) return { channel: use.channel.name, text: call.from(1) };
      // What somebody may do on a channel of others as an operator of the network.
      return use.power > use.level && use.level < LEVELS.owner
        ? { command: name, channel: use.channel.name, text: call.from(1) }
        : null;
    },
    run: async (call) => {
      const use = askedOf(world, command, call);
      if (use === null) return [unregistered(call.words[0] ?? '')];
      const result = await command.run(use);
      if (result instanceof NotDone) return result.replies;
      // What is answered is among the events, whatever happens to services then.
      if (changes && command.event !== false) await noteEvent(world, use, name);
      return result;
    },
  };
}

/** Who may use it, in words. */
export function whoMay(access: ChanAccess): string {
  if (typeof access === 'string') return `the level that the setting ${access} says`;
  return access === 0 ? 'everybody' : `level ${levelText(access)} and above on the channel`;
}

function needed(access: ChanAccess, channel: RegisteredChannel): number {
  return typeof access === 'number' ? access : channel.settings[access];
}

export function unregistered(word: string): Reply {
  return said`${word.slice(0, 64)} is not registered.`;
}

function askedOf(world: ChanWorld, command: ChanCommand, call: CommandCall): ChanUse | null {
  const [name = '', ...words] = call.words;
  const channel = world.registry.get(name);
  if (channel === undefined) return null;
  const { user } = call;
  const access = accessOf(world, channel, user);
  const level = access?.level ?? 0;
  const mayAll = command.noOverride !== true && mayOverride(world, user);
  return {
    call,
    user,
    words,
    from: (index) => call.from(index + 1),
    channel,
    view: onNetwork(world, channel.name),
    access,
    level,
    power: mayAll ? NOBODY_LEVEL : level,
    account: world.standing.accountOf(user),
    by: nameOf(user),
  };
}

function syntaxOf({ syntax }: ChanCommand): string {
  return `<#channel> ${syntax}`.trimEnd();
}

function refusalOf(world: ChanWorld, command: ChanCommand, call: CommandCall): Reply | null {
  const [name = ''] = call.words;
  if (!isChannelName(name))
    return said`Expected a channel first: ${phrase(usageOf({ name: command.name, syntax: syntaxOf(command) }))}`;
  const use = askedOf(world, command, call);
  if (use === null) return unregistered(name);
  const { channel } = use;
  const least = needed(command.access, channel);
  if (use.power < least) {
    return least === NOBODY_LEVEL
      ? said`${command.name} may be used by nobody on ${channel.name}.`
      : said`${command.name} on ${channel.name} is for level ${levelText(least)} and above.`;
  }
  const now = world.clock.now();
  if (command.evenSuspended !== true && channel.suspendedAt(now)) {
    const { reason, until } = channel.suspension!;
    const left = until === 0 ? '' : ` (for ${durationText((until - now) / 1_000)} more)`;
    return said`${channel.name} is suspended${left}: ${reason}`;
  }
  if (command.onNetwork === true && use.view === null) return said`Nobody is on ${channel.name}.`;
  return command.refusal?.(use) ?? null;
}

/** Keeps it among the events of the channel. */
async function noteEvent({ registry }: ChanWorld, { channel, user, call }: ChanUse, name: string) {
  const what = `${name} ${call.from(1)}`.trimEnd().slice(0, limits.channelTextBytes.default);
  await registry.noteEvent(channel, `${user.nick} (${user.account ?? '-'})`, what);
}
