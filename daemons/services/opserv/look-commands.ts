/** Commands of OpServ that show something: ACCESS, which changes a level as well, WHOIS, STATS and CHANINFO. */

import type { StoredAccount } from '../../identity/store/account-store.ts';
import { STATUS } from '../../irc/modes.ts';
import { wholeNumber } from '../authserv/settings.ts';
import { MOST_LEVEL } from '../authserv/standing.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { notDone } from '../bots/refused-reply.ts';
import { isAccount, type Reply, said } from '../bots/reply.ts';
import { durationText } from '../chanserv/durations.ts';
import { setLevel } from '../level-door.ts';
import { limits } from '../limits.ts';
import type { OpServ } from './opserv.ts';
import { channelNamed, isChannel, isUser, stillThere, untilText, userNamed } from './opserv-row.ts';
import { modesText } from './trace-commands.ts';

export function lookCommands(opserv: OpServ): CommandRow[] {
  return [access(opserv), whois(opserv), stats(opserv), channelInfo(opserv)];
}

/** The account that a word names: a nick, or `*account`. */
function accountNamed(
  opserv: OpServ,
  call: Pick<CommandCall, 'byNick'>,
  word: string,
): StoredAccount | Reply {
  const { store, standing } = opserv.options;
  if (word.startsWith('*'))
    return store.find(word.slice(1)) ?? said`There is no account ${word.slice(1, 65)}.`;
  const user = userNamed(call, word);
  if (!isUser(user)) return user;
  return standing.accountOf(user) ?? said`${user.nick} is not logged in.`;
}

function access(opserv: OpServ): CommandRow {
  const { profiles, standing, levels } = opserv.options;
  const wordOf = ({ words, user }: CommandCall) => words[0] ?? user.nick;
  return {
    name: 'ACCESS',
    needs: 'operator',
    syntax: '[nick or *account or *] [level]',
    least: 0,
    most: 2,
    effect: 'shows or changes how much an account may do',
    help: [
      'Shows the level of an account, yours without a name, and with * all accounts that have one.',
      `With a number from 0 to ${MOST_LEVEL}, below your own, it gives that level to an account below you.`,
    ],
    recorded(call) {
      const [word, level] = call.words;
      if (word === undefined || level === undefined) return null;
      const account = accountNamed(opserv, call, word);
      return { account: isAccount(account) ? account.name : word.slice(0, 64), level };
    },
    refusal(call) {
      const word = wordOf(call);
      if (word === '*' && call.words.length === 1) return null;
      const account = accountNamed(opserv, call, word);
      if (!isAccount(account)) return account;
      const [, typed] = call.words;
      if (typed === undefined) return null;
      const level = wholeNumber(typed);
      if (!(level >= 0 && level <= MOST_LEVEL)) return said`A level is a number from 0 to ${MOST_LEVEL}.`;
      const own = standing.levelOf(call.user) ?? 0;
      if (level >= own) return said`Nobody gives a level of their own or above: yours is ${own}.`;
      return standing.outranked(call.user, account);
    },
    async run(call) {
      const word = wordOf(call);
      if (word === '*' && call.words.length === 1)
        return [
          {
            headings: ['Account', 'Level'],
            rows: profiles.operators().map(({ account, level }) => [account, String(level)]),
          },
        ];
      const account = accountNamed(opserv, call, word);
      if (!isAccount(account)) return [account];
      const [, typed] = call.words;
      if (typed !== undefined) {
        const level = Number(typed);
        await setLevel(levels, account.name, level, () => {
          // Meanwhile it was written down, and the account may have been given more.
          if (standing.outranked(call.user, account) !== null || level >= (standing.levelOf(call.user) ?? 0))
            throw notDone('access_denied', said`${account.name} is not below you any more.`);
        });
      }
      return [said`${account.name} has the level ${profiles.of(account).level}.`];
    },
  };
}

function whois(opserv: OpServ): CommandRow {
  return {
    name: 'WHOIS',
    needs: 'operator',
    syntax: '<nick>',
    least: 1,
    most: 1,
    effect: 'nothing',
    help: [
      'Shows what services know of somebody: where they are, their account, channels, and what is against them.',
    ],
    run(call) {
      const user = userNamed(call, call.words[0]!);
      if (!isUser(user)) return [user];
      const { standing } = opserv.options;
      const account = standing.accountOf(user);
      const now = opserv.options.clock.now();
      const trust = opserv.trusts.of(user.addressGroups);
      const most = opserv.clones.mostOf(user);
      const bans = (['gline', 'shun'] as const).flatMap((kind) => {
        const ban = opserv.bans.against(kind, user);
        return ban === null
          ? []
          : [
              said`Under the ${kind === 'gline' ? 'G-line' : 'shun'} ${ban.mask}, set by ${ban.by} until ${untilText(ban.expiresMs)}: ${ban.reason}`,
            ];
      });
      const gag = opserv.gags.of(user);
      const shown = [...(user.channels ?? [])].slice(0, limits.shownChannels.default);
      return [
        said`${user.nick} is ${user.username}@${user.host} (${user.realname})`,
        said`Address: ${user.address}, ${opserv.clones.count(user)} clients of ${most === 0 ? 'any number' : most}`,
        said`Server: ${user.server.name}; modes: +${user.modes}; nick since ${durationText(now / 1_000 - user.nickSeconds)}`,
        account === null
          ? 'Not logged in'
          : said`Account: ${account.name}, level ${standing.levelOf(user) ?? 0}`,
        ...(trust === null ? [] : [said`Trusted: ${trust.network}, by ${trust.by}: ${trust.reason}`]),
        ...bans,
        ...(gag === null ? [] : [said`Gagged: ${gag.mask}, by ${gag.by}: ${gag.reason}`]),
        said`Channels (${user.channels?.size ?? 0}): ${shown
          .map((channel) => `${prefixOf(channel.members.get(user) ?? 0)}${channel.name}`)
          .join(' ')}`,
      ];
    },
  };
}

function prefixOf(status: number): string {
  return (status & STATUS.op) !== 0 ? '@' : (status & STATUS.voice) !== 0 ? '+' : '';
}

/** What STATS shows, by its word. */
const STATS: Readonly<Record<string, (opserv: OpServ) => Reply[]>> = {
  NETWORK: (opserv) => {
    const { view } = opserv;
    if (view === null) return ['There is no network.'];
    let operators = 0;
    for (const user of view.users.values()) if (user.isOperator && user.server !== view.me) operators++;
    return [
      said`Users: ${view.users.size}, operators: ${operators}, channels: ${view.channels.size}, servers: ${view.servers.size}`,
      {
        headings: ['Server', 'Users'],
        rows: [...view.servers.values()].map(({ name, users }) => [name, String(users)]),
      },
    ];
  },
  UPLINK: ({ options }) => {
    const uplink = options.uplink();
    return [
      uplink === null
        ? 'There is no network.'
        : said`Linked to ${uplink.peer?.name ?? ''} (${uplink.kind}) for ${durationText((options.clock.now() - uplink.sinceMs) / 1_000)}; ${uplink.linesIn} lines came, ${uplink.linesOut} were sent.`,
    ];
  },
  GLINES: (opserv) => [
    said`${opserv.bans.inForce('gline').length} G-lines hold.`,
    ...banRows(opserv, 'gline'),
  ],
  SHUNS: (opserv) => [said`${opserv.bans.inForce('shun').length} shuns hold.`, ...banRows(opserv, 'shun')],
  JUPES: (opserv) => [said`${opserv.bans.inForce('jupe').length} jupes hold.`, ...banRows(opserv, 'jupe')],
  TRUSTED: ({ lists }) =>
    table(
      ['Network', 'Clients', 'By', 'Ends', 'Reason'],
      lists.trusts
        .all()
        .map(({ network, most, by, expiresMs, reason }) => [
          network,
          most === 0 ? 'any' : String(most),
          by,
          untilText(expiresMs),
          reason,
        ]),
    ),
  ALERTS: ({ lists, alerts }) =>
    table(
      ['Alert', 'Does', 'By', 'Last met', 'Criteria'],
      lists.alerts
        .all()
        .map(({ name, reaction, by, criteria }) => [
          name,
          reaction,
          by,
          untilText(alerts.lastMet.get(name) ?? null),
          criteria,
        ]),
    ),
  GAGS: ({ lists }) =>
    table(
      ['Mask', 'By', 'Ends', 'Reason'],
      lists.gags.all().map(({ mask, by, expiresMs, reason }) => [mask, by, untilText(expiresMs), reason]),
    ),
  RESERVED: ({ lists }) =>
    table(
      ['Nick', 'By', 'Reason'],
      lists.reserves.all().map(({ nick, by, reason }) => [nick, by, reason]),
    ),
  BAD: ({ lists }) => [
    said`Bad words: ${lists.badWords
      .all()
      .map(({ word }) => word)
      .join(' ')}`,
    said`Exempt channels: ${lists.exemptChannels
      .all()
      .map(({ channel }) => channel)
      .join(' ')}`,
  ],
  DEFCON: ({ defcon }) => [
    said`DEFCON is ${defcon.level}; it ends: ${untilText(defcon.state?.expiresMs ?? null)}`,
  ],
};

function table(headings: readonly string[], rows: readonly (readonly string[])[]): Reply[] {
  if (rows.length === 0) return ['There is nothing.'];
  const shown = rows.slice(0, limits.statsRows.default);
  const left = rows.length - shown.length;
  return [{ headings, rows: shown }, ...(left === 0 ? [] : [said`${left} more are not shown.`])];
}

function banRows(opserv: OpServ, kind: 'gline' | 'shun' | 'jupe'): Reply[] {
  return table(
    ['Mask', 'By', 'Ends', 'Reason'],
    opserv.bans
      .inForce(kind)
      .toReversed()
      .map(({ mask, by, expiresMs, reason }) => [mask, by, untilText(expiresMs), reason]),
  );
}

function stats(opserv: OpServ): CommandRow {
  return {
    name: 'STATS',
    needs: 'operator',
    syntax: `<${Object.keys(STATS).join(' or ')}>`,
    least: 1,
    most: 1,
    effect: 'nothing',
    help: ['Shows figures of the network, and what OpServ keeps; the newest bans first.'],
    run({ words }) {
      const name = words[0]!.toUpperCase();
      if (!Object.hasOwn(STATS, name))
        return [said`There are no figures ${name.slice(0, 32)}. There are ${Object.keys(STATS).join(', ')}.`];
      return STATS[name]!(opserv);
    },
  };
}

function channelInfo(opserv: OpServ): CommandRow {
  return {
    name: 'CHANINFO',
    needs: 'operator',
    syntax: '<#channel> [USERS]',
    least: 1,
    most: 2,
    effect: 'nothing',
    help: ['Shows what services know of a channel: since when it is, modes, topic, bans, members.'],
    refusal: ({ words }) =>
      words[1] === undefined || words[1].toUpperCase() === 'USERS'
        ? null
        : 'Expected: CHANINFO <#channel> [USERS]',
    run({ words }) {
      const found = channelNamed(opserv, words[0]!);
      if (!isChannel(found)) return [found];
      const channel = stillThere(found);
      const all = [...channel.members].map(([{ nick }, status]) => `${prefixOf(status)}${nick}`);
      const shown = words[1] === undefined ? [] : all.slice(0, limits.shownMembers.default);
      const left = all.length - shown.length;
      return [
        said`${channel.name}: ${channel.members.size} members, ${channel.bans.size} bans, modes ${modesText(channel)}`,
        said`Since: ${new Date(channel.createdSeconds * 1_000).toISOString()}`,
        said`Topic: ${channel.topic}`,
        ...[...channel.bans].slice(0, limits.shownBans.default).map((mask) => said`Ban: ${mask}`),
        ...(shown.length === 0 ? [] : [said`Members: ${shown.join(' ')}`]),
        ...(words[1] === undefined || left === 0 ? [] : [said`${left} more are not shown.`]),
      ];
    },
  };
}
