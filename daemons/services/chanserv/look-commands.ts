/** Commands that tell of a channel itself. */

import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import { STATUS } from '../../irc/modes.ts';
import { isAccount, type Reply, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { ViewChannel } from '../network/view-parts.ts';
import { aboutChannel, type ChanRow, chanRow, refuse } from './chan-row.ts';
import { type ChanWorld, levelOn, mayOverride, meantAccount, onNetwork } from './chan-world.ts';
import { durationText } from './durations.ts';
import { LEVELS } from './levels.ts';
import { seenText } from './list-commands.ts';
import { lastVisit } from './upkeep.ts';

export function lookCommands(world: ChanWorld): ChanRow[] {
  return [info(world), seen(world), peek(world), events(world)];
}

function info(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'INFO',
    access: 0,
    syntax: '',
    least: 0,
    most: 0,
    effect: 'nothing',
    help: ['Tells whose a channel is, since when, and what is kept of it.'],
    evenSuspended: true,
    run({ channel, level, power }) {
      const { settings, suspension, registrar } = channel;
      const now = world.clock.now();
      const ago = (at: number) => durationText((now - at) / 1_000);
      const lines: Reply[] = [
        said`${channel.name} belongs to ${channel.founder}, registered ${ago(channel.registered)} ago.`,
        said`Users with access: ${channel.users.size}; lamers: ${channel.lamers.length}; most who were there: ${channel.mostUsers}.`,
      ];
      if (channel.visited !== null)
        lines.push(said`Somebody with access was there ${ago(lastVisit(world, channel))} ago.`);
      if (settings.defaultTopic !== '') lines.push(said`Default topic: ${settings.defaultTopic}`);
      if (level > 0 || power > 0) {
        lines.push(said`Modes that are kept: ${settings.modes}`);
        if (registrar !== null && fold(registrar) !== fold(channel.founder))
          lines.push(said`Registered by ${registrar}.`);
        const notes = world.registry.rows.notes(channel.key);
        for (const note of notes) lines.push(said`${note.name}: ${note.text} (${note.by})`);
      }
      if (suspension !== null && channel.suspendedAt(now))
        lines.push(
          said`Suspended by ${suspension.by} ${ago(suspension.at)} ago${suspension.until === 0 ? '' : ` for ${durationText((suspension.until - now) / 1_000)} more`}: ${suspension.reason}`,
        );
      return lines;
    },
  });
}

function seen(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'SEEN',
    access: 0,
    syntax: '<nick or *account>',
    least: 1,
    most: 1,
    effect: 'nothing',
    help: ['Tells when a user of a channel was there last.'],
    run({ channel, words, call }) {
      const account = meantAccount(world, call, words[0]!);
      if (!isAccount(account)) return refuse(account);
      const user = channel.user(account.name);
      if (user === undefined) return refuse(said`${account.name} has no access to ${channel.name}.`);
      const text = seenText(world, channel, user);
      if (text === 'here') return [said`${user.account} is on ${channel.name} now.`];
      if (text === 'never') return [said`${user.account} has not been on ${channel.name} yet.`];
      return [said`${user.account} was on ${channel.name} ${text} ago.`];
    },
  });
}

function peek(world: ChanWorld): ChanRow {
  return aboutChannel({
    name: 'PEEK',
    needs: 'account',
    who: `level ${LEVELS.op} and above on the channel, and operators of services`,
    syntax: '<#channel>',
    least: 1,
    most: 1,
    effect: 'nothing',
    help: ['Tells the topic, the modes and the operators of a channel as it is now.'],
    run({ user, words }) {
      const name = words[0]!;
      const view = onNetwork(world, name);
      const channel = world.registry.get(name);
      const access = channel === undefined ? 0 : levelOn(world, channel, user);
      if (!mayOverride(world, user) && access < LEVELS.op)
        return [said`PEEK on ${name.slice(0, 64)} is for level ${LEVELS.op} and above.`];
      if (view === null) return [said`Nobody is on ${name.slice(0, 64)}.`];
      const ops = [...view.members]
        .filter(([, status]) => (status & STATUS.op) !== 0)
        .map(([{ nick }]) => nick);
      return [
        said`${view.name}: ${view.members.size} users, modes ${modesText(view)}`,
        said`Topic: ${view.topic === '' ? 'none' : view.topic}`,
        said`Operators: ${ops.length === 0 ? 'none' : ops.slice(0, limits.channelListRows.default).join(' ')}`,
      ];
    },
  });
}

/** As MODE shows them, without the key. */
function modesText({ modes }: ViewChannel): string {
  const letters = [...modes.keys()].sort().join('');
  const limit = modes.get('l');
  return `+${letters}${limit === undefined ? '' : ` ${limit}`}`;
}

function events(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'EVENTS',
    access: LEVELS.manager,
    syntax: '[how many] [mask]',
    least: 0,
    most: 2,
    effect: 'nothing',
    help: ['Lists what was done on a channel by commands of late; with a mask, what it covers.'],
    evenSuspended: true,
    run({ channel, words }) {
      const [count = '10', text] = words;
      if (!/^\d{1,3}$/.test(count) || Number(count) === 0)
        return refuse(said`${count.slice(0, 32)} is no number.`);
      const mask = text === undefined ? null : compileMask(text);
      const found = world.registry.rows
        .events(channel.key)
        .filter(({ who, what }) => mask === null || mask.matches(fold(`${who} ${what}`)))
        .slice(0, Number(count));
      if (found.length === 0) return refuse(said`Nothing of that kind was done on ${channel.name}.`);
      const rows = found.map(({ at, who, what }) => [new Date(at).toISOString().slice(0, 19), who, what]);
      return [{ headings: ['When', 'Who', 'What'], rows }];
    },
  });
}
