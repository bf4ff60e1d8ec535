/** The code of the admin commands about alerts, gags, reserved nicks, bad words, channels, DEFCON and messages to many. */
import { SignalboxError } from '../../../contract/errors.ts';
import { fold } from '../../irc/casemapping.ts';
import { normalizeUserMask } from '../../irc/mask.ts';
import { STATUS } from '../../irc/modes.ts';
import { isValidChannelName } from '../../irc/names.ts';
import { readLine } from '../../irc/p10/line.ts';
import type { LinkModeChange } from '../../irc/p10/mode-line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { counted } from '../../runtime/host/impact-text.ts';
import { limits } from '../limits.ts';
import type { ViewChannel } from '../network/view-parts.ts';
import { ANYBODY, administrator, foundUser, impactOn, plain, refuse, shown } from './ban-handlers.ts';
import { clearing, membersBelow, readChanges, throwAllOut } from './channel-commands.ts';
import { type Discriminator, isDiscriminator, readDiscriminator } from './discriminator.ts';
import type { OpServ } from './opserv.ts';
import { channelNamed, isChannel, userNamed } from './opserv-row.ts';
import { aim, strike, TRACE_ACTIONS } from './trace.ts';
import { search } from './user-search.ts';
import type { watchAdminCommands } from './watch-admin.ts';
import {
  badWordProblem,
  gagged,
  isAlert,
  isGag,
  isReserve,
  readAlert,
  readGag,
  readReserve,
} from './watch-commands.ts';

/** What is typed as criteria. @throws SignalboxError `bad_request` */
function discriminatorOf(criteria: string, limit: number): Discriminator {
  const words = criteria.split(' ').filter((word) => word !== '');
  const read = readDiscriminator(words, limit);
  if (!isDiscriminator(read)) refuse('bad_request', `criteria: ${plain(read)}`);
  return read as Discriminator;
}

/** The same where something is done: to everybody would be a slip. */
function aimedBy(criteria: string): Discriminator {
  const read = discriminatorOf(criteria, limits.traceLimitMost.default);
  if (read.tests.length === 0)
    throw new SignalboxError('bad_request', 'criteria: expected a criterion: it would be done to everybody');
  return read;
}

export function watchHandlers(opserv: OpServ): CommandHandlers<typeof watchAdminCommands> {
  const { lists, options } = opserv;
  const now = () => options.clock.now();
  const endOf = (minutes: number) => (minutes === 0 ? null : now() + minutes * 60_000);
  const channelOf = (name: string): ViewChannel => {
    const found = channelNamed(opserv, name);
    return isChannel(found) ? found : refuse('not_found', found);
  };
  const alertOf = (
    {
      name,
      reaction,
      criteria,
      minutes,
    }: { name: string; reaction: string; criteria: string; minutes: number },
    by: string,
  ) => {
    const words = criteria.split(' ').filter((word) => word !== '');
    const seconds = minutes === 0 ? null : minutes * 60;
    const read = readAlert(name, reaction, words, seconds, { ...ANYBODY, name: by }, now());
    return isAlert(read) ? read : refuse('bad_request', read);
  };
  const gagOf = (
    { mask, reason, minutes }: { mask: string; reason: string; minutes: number },
    by: string,
  ) => {
    const read = readGag(mask, String(minutes * 60), reason, by, now());
    return isGag(read) ? read : refuse('bad_request', read);
  };
  const reserveOf = (nick: string, reason: string, by: string) => {
    const host = options.uplink()?.identity.name ?? 'services';
    const read = readReserve(opserv, [nick, 'reserved', host, reason], by);
    return isReserve(read) ? read : refuse('conflict', read);
  };
  const changesOf = (channel: ViewChannel, modes: string): readonly LinkModeChange[] => {
    const read = readChanges(
      opserv,
      opserv.view,
      channel,
      modes.split(' ').filter((word) => word !== ''),
    );
    return Array.isArray(read) ? read : refuse('bad_request', `modes: ${plain(read as never)}`);
  };
  const affects = (channel: ViewChannel) => impactOn(channel.members.size, 'concerns');
  const there = <Entry>(entry: Entry | undefined, why: string): Entry => {
    if (entry === undefined) throw new SignalboxError('not_found', why);
    return entry;
  };
  return {
    trace: {
      check: ({ criteria, limit }) => {
        discriminatorOf(criteria, limit);
      },
      run: async ({ criteria, limit }, { signal }) => {
        const { view, clones } = opserv;
        const rows: object[] = [];
        if (view === null) return { rows };
        await search(
          opserv.facts,
          view,
          discriminatorOf(criteria, limit),
          (user) =>
            rows.push({
              nick: user.nick,
              host: `${user.username}@${user.host}`,
              address: user.address,
              account: user.account ?? '',
              server: user.server.name,
              channels: user.channels?.size ?? 0,
              clones: clones.count(user),
              nickSince: user.nickSeconds * 1_000,
            }),
          { goesOn: () => !signal.aborted },
        );
        return { rows };
      },
    },
    'trace-act': {
      check: ({ action, criteria }) => {
        const { reason } = aimedBy(criteria);
        if (!TRACE_ACTIONS[action].harms && reason === null)
          throw new SignalboxError('bad_request', 'criteria: expected a REASON, which is what they read');
      },
      impact: async ({ action, criteria }) => {
        const { hit, met } = await aim(opserv, action, aimedBy(criteria), ANYBODY);
        const what = impactOn(hit.length, `does ${action} to`);
        return what === null || met === hit.length
          ? what
          : `${what} and spares ${counted(met - hit.length, 'other')}`;
      },
      run: async ({ action, criteria }, { actor, signal }) => {
        const discriminator = aimedBy(criteria);
        const by = administrator(actor);
        const aimed = await aim(opserv, action, discriminator, by, () => !signal.aborted);
        const hit = await strike(opserv, action, aimed, discriminator, by);
        return { met: aimed.met, hit, spared: aimed.met - hit };
      },
    },
    alerts: {
      run: ({ limit }) => ({
        rows: lists.alerts
          .all()
          .slice(0, limit)
          .map((alert) => ({ ...shown(alert), lastMet: opserv.alerts.lastMet.get(alert.name) ?? null })),
      }),
    },
    'set-alert': {
      check: (args) => {
        alertOf(args, '');
      },
      impact: async ({ criteria }) => {
        const { view } = opserv;
        if (view === null) return null;
        const met = await search(
          opserv.facts,
          view,
          discriminatorOf(criteria, limits.traceLimitMost.default),
          () => {},
        );
        return met === 0
          ? null
          : `would be met by ${counted(met, 'user')} who ${met === 1 ? 'is' : 'are'} there now, when they come again`;
      },
      run: async (args, { actor }) => {
        const alert = alertOf(args, administrator(actor).name);
        await lists.alerts.put(alert);
        return { name: alert.name };
      },
    },
    'drop-alert': {
      check: ({ name }) => {
        there(lists.alerts.get(fold(name)), `There is no alert ${name}.`);
      },
      run: async ({ name }) => {
        await lists.alerts.drop(fold(name));
        return { name };
      },
    },
    gags: { run: ({ limit }) => ({ rows: lists.gags.all().slice(0, limit).map(shown) }) },
    'set-gag': {
      check: (args) => {
        gagOf(args, '');
      },
      impact: async (args) => {
        const { users } = await gagged(opserv, gagOf(args, '').mask, ANYBODY);
        return impactOn(users, 'keeps bots from hearing');
      },
      run: async (args, { actor }) => {
        const gag = gagOf(args, administrator(actor).name);
        const { users } = await gagged(opserv, gag.mask, ANYBODY);
        await lists.gags.put(gag);
        return { mask: gag.mask, users };
      },
    },
    'drop-gag': {
      check: ({ mask }) => {
        there(lists.gags.get(fold(normalizeUserMask(mask))), `${mask} is not gagged.`);
      },
      run: async ({ mask }) => ({
        mask: (await lists.gags.drop(fold(normalizeUserMask(mask))))?.mask ?? mask,
      }),
    },
    reserves: { run: ({ limit }) => ({ rows: lists.reserves.all().slice(0, limit).map(shown) }) },
    'reserve-nick': {
      check: ({ nick, reason }) => {
        if (lists.reserves.get(fold(nick)) !== undefined)
          throw new SignalboxError('conflict', `${nick} is reserved already.`);
        reserveOf(nick, reason, '');
      },
      run: async ({ nick, reason }, { actor }) => {
        const reserve = reserveOf(nick, reason, administrator(actor).name);
        await lists.reserves.put(reserve);
        return { nick: reserve.nick };
      },
    },
    'release-nick': {
      check: ({ nick }) => {
        there(lists.reserves.get(fold(nick)), `${nick} is not reserved.`);
      },
      run: async ({ nick }) => ({ nick: (await lists.reserves.drop(fold(nick)))?.nick ?? nick }),
    },
    'bad-words': {
      run: () => ({
        rows: [
          ...lists.badWords.all().map((one) => ({ ...shown(one), kind: 'bad word' })),
          ...lists.exemptChannels
            .all()
            .map(({ channel, ...rest }) => ({ ...shown(rest), word: channel, kind: 'exempt' })),
        ],
      }),
    },
    'add-bad-word': {
      check: ({ word }) => {
        const problem = badWordProblem(word);
        if (problem !== null) refuse('bad_request', `word: ${plain(problem)}`);
        if (lists.badWords.get(fold(word)) !== undefined)
          throw new SignalboxError('conflict', `${word} is a bad word already.`);
      },
      impact: ({ word }) => {
        let users = 0;
        for (const channel of opserv.view?.channels.values() ?? [])
          if (fold(channel.name).includes(fold(word))) users += channel.members.size;
        return impactOn(users, 'throws out');
      },
      run: async ({ word }, { actor }) => {
        await lists.badWords.put({ word, by: administrator(actor).name, setMs: now(), expiresMs: null });
        return { closed: await opserv.badChannels.lockAll() };
      },
    },
    'drop-bad-word': {
      check: ({ word }) => {
        there(lists.badWords.get(fold(word)), `${word} is no bad word.`);
      },
      run: async ({ word }) => {
        await lists.badWords.drop(fold(word));
        opserv.badChannels.unlock();
        return { word };
      },
    },
    'exempt-channel': {
      check: ({ channel }) => {
        if (!isValidChannelName(channel, limits.channelBytes.default))
          throw new SignalboxError('bad_request', `channel: expected a name such as #help, not ${channel}`);
      },
      run: async ({ channel }, { actor }) => {
        await lists.exemptChannels.put({
          channel,
          by: administrator(actor).name,
          setMs: now(),
          expiresMs: null,
        });
        opserv.badChannels.unlock();
        return { channel };
      },
    },
    'drop-exempt-channel': {
      check: ({ channel }) => {
        there(lists.exemptChannels.get(fold(channel)), `${channel} is not exempt.`);
      },
      run: async ({ channel }) => {
        await lists.exemptChannels.drop(fold(channel));
        await opserv.badChannels.lockAll();
        return { channel };
      },
    },
    'channel-modes': {
      check: ({ channel, modes }) => {
        changesOf(channelOf(channel), modes);
      },
      impact: ({ channel }) => affects(channelOf(channel)),
      run: ({ channel, modes }) => {
        const found = channelOf(channel);
        options.acts.force(found, changesOf(found, modes));
        return { channel: found.name };
      },
    },
    'clear-modes': {
      check: ({ channel }) => {
        channelOf(channel);
      },
      impact: ({ channel }) => affects(channelOf(channel)),
      run: ({ channel }) => {
        const found = channelOf(channel);
        options.acts.force(found, clearing(found));
        return { channel: found.name };
      },
    },
    'kick-user': {
      check: ({ channel, nick }) => {
        const user = foundUser(userNamed(opserv.view, nick));
        if (!channelOf(channel).members.has(user))
          throw new SignalboxError('not_found', `${user.nick} is not on ${channel}.`);
      },
      impact: () => 'throws 1 user out',
      run: ({ channel, nick, reason }) => {
        options.acts.throwOut(channelOf(channel), foundUser(userNamed(opserv.view, nick)), reason);
        return { channel, nick };
      },
    },
    'deop-all': {
      check: ({ channel }) => {
        channelOf(channel);
      },
      impact: ({ channel }) =>
        impactOn(operatorsOf(opserv, channelOf(channel)).length, 'takes the status of'),
      run: ({ channel }) => {
        const found = channelOf(channel);
        const members = operatorsOf(opserv, found);
        options.acts.force(
          found,
          members.map(({ numeric }) => ({ on: false, letter: 'o', argument: numeric })),
        );
        return { channel: found.name, members: members.length };
      },
    },
    'kick-all': {
      check: ({ channel }) => {
        channelOf(channel);
      },
      impact: ({ channel }) =>
        impactOn(membersBelow(opserv, channelOf(channel), ANYBODY, null).length, 'throws out'),
      run: async ({ channel, reason }, { actor }) => {
        const found = channelOf(channel);
        return {
          channel: found.name,
          members: await throwAllOut(opserv, found, administrator(actor), null, reason),
        };
      },
    },
    'join-channel': {
      check: ({ channel }) => {
        if (!isValidChannelName(channel, limits.channelBytes.default))
          throw new SignalboxError('bad_request', `channel: expected a name such as #help, not ${channel}`);
        opserv.acts.linked();
      },
      run: ({ channel }) => {
        options.acts.join(opserv.bot, channel, Math.floor(now() / 1_000));
        return { channel };
      },
    },
    'part-channel': {
      check: ({ channel }) => {
        channelOf(channel);
      },
      run: ({ channel }) => {
        options.acts.part(opserv.bot, channelOf(channel), '');
        return { channel };
      },
    },
    defcon: {
      run: () => {
        const { level, state, sessions } = opserv.defcon;
        return {
          level,
          by: state?.by ?? null,
          expiresAt: state?.expiresMs ?? null,
          modes: state?.modes ?? '',
          clients: sessions ?? options.rules().untrusted,
        };
      },
    },
    'set-defcon': {
      impact: ({ level }) => {
        const users = opserv.view?.users.size ?? 0;
        return level === opserv.defcon.level || users === 0 ? null : IMPACTS[level - 1]!;
      },
      run: async ({ level }, { actor }) => {
        await opserv.defcon.set(level, administrator(actor).name);
        return { level: opserv.defcon.level };
      },
    },
    reconnect: {
      check: () => {
        opserv.acts.linked();
      },
      impact: () => 'leaves the network without services for a moment',
      run: () => {
        opserv.acts.linked().fail('Linking anew, as an administrator wants it');
        return {};
      },
    },
    'raw-line': {
      check: ({ line }) => {
        const { numeric } = opserv.acts.linked().identity;
        if (readLine(bytesOf(line), true)?.source.startsWith(numeric) !== true)
          throw new SignalboxError(
            'bad_request',
            `line: expected one that begins with services, ${numeric}, or one of its bots`,
          );
      },
      impact: () => 'does to the network whatever the line says',
      run: ({ line }) => {
        opserv.acts.linked().send(bytesOf(line));
        return {};
      },
    },
    announce: {
      impact: ({ target }) => impactOn(opserv.messages.reach(target), 'is read by'),
      run: async ({ text, target }) => {
        opserv.acts.linked();
        const readers = opserv.messages.reach(target);
        await opserv.messages.say(target, text);
        return { readers };
      },
    },
    messages: { run: () => ({ rows: lists.messages.all().map(shown) }) },
    'set-message': {
      run: async ({ text, target, sender, minutes }, { actor }) => {
        const id = opserv.messages.nextId();
        const by = administrator(actor).name;
        await lists.messages.put({ id, target, sender, text, by, setMs: now(), expiresMs: endOf(minutes) });
        return { id };
      },
    },
    'drop-message': {
      check: ({ id }) => {
        there(lists.messages.get(String(id)), `There is no message ${id}.`);
      },
      run: async ({ id }) => {
        await lists.messages.drop(String(id));
        return { id };
      },
    },
  };
}

/** By level, from 1 on. */
const IMPACTS = [
  'bans whoever connects, leaves bots to operators and lets nobody register',
  'leaves bots to operators and lets nobody register',
  'sets modes on all channels and lets nobody register',
  'lets nobody register',
  'opens the network again',
];

function operatorsOf(opserv: OpServ, channel: ViewChannel) {
  return membersBelow(opserv, channel, ANYBODY, null).filter(
    (user) => (channel.members.get(user)! & STATUS.op) !== 0,
  );
}
