/** The code of the admin commands about channels. */
import { SignalboxError } from '../../contract/errors.ts';
import { fold } from '../irc/casemapping.ts';
import type { CommandHandlers } from '../runtime/host/daemon-definition.ts';
import type { channelAdminCommands } from './channel-admin.ts';
import { dropAccess, giveChannel, writeAccess, writeQuiet } from './chanserv/access-writes.ts';
import type { ChanServ } from './chanserv/chan-serv.ts';
import { isHere } from './chanserv/chan-world.ts';
import { findSetting, SETTINGS } from './chanserv/channel-settings.ts';
import { levelName } from './chanserv/levels.ts';
import { isSuspended, type RegisteredChannel } from './chanserv/registered-channel.ts';
import { lastVisit } from './chanserv/upkeep.ts';

const DAY_MS = 86_400_000;

export function channelHandlers({
  registry,
  world,
}: Pick<ChanServ, 'registry' | 'world'>): CommandHandlers<typeof channelAdminCommands> {
  const { rows } = registry;
  const { clock, store } = world;
  const get = (name: string): RegisteredChannel => {
    const channel = registry.get(name);
    if (channel !== undefined) return channel;
    throw new SignalboxError('not_found', `No channel ${name} belongs to an account.`);
  };
  const rowOf = (channel: RegisteredChannel) => ({
    channel: channel.name,
    founder: channel.founder,
    members: world.view()?.findChannel(channel.name)?.members.size ?? 0,
    access: channel.users.size,
    lamers: channel.lamers.length,
    registeredAt: channel.registered,
    visitedAt: channel.visited === null ? null : lastVisit(world, channel),
    state: channel.suspendedAt(clock.now()) ? 'suspended' : 'kept',
  });
  return {
    channels: {
      run: ({ text, limit }) => {
        const wanted = fold(text);
        const found = [...registry.all()]
          .filter(({ key, founder }) => key.includes(wanted) || fold(founder).includes(wanted))
          .sort((a, b) => (a.key < b.key ? -1 : 1));
        return { rows: found.slice(0, limit).map(rowOf), total: found.length };
      },
    },
    channel: {
      run: ({ channel: name }) => {
        const channel = get(name);
        const { settings, suspension } = channel;
        const set = SETTINGS.map(({ key, write }) => [key, write(settings[key])] as const);
        return {
          ...rowOf(channel),
          registrar: channel.registrar,
          mostUsers: channel.mostUsers,
          suspension: suspension === null ? null : `${suspension.by}: ${suspension.reason}`,
          notes: rows
            .notes(channel.key)
            .map(({ name: note, by, text }) => `${note}: ${text} (${by})`)
            .join('; '),
          ...Object.fromEntries(set),
        };
      },
    },
    'channel-access': {
      run: ({ channel: name }) => {
        const channel = get(name);
        const users = [...channel.users.values()].sort((a, b) => b.level - a.level);
        return {
          rows: users.map((user) => ({
            account: user.account,
            level: user.level,
            name: levelName(user.level),
            seenAt: isHere(world, channel.name, user.account) ? clock.now() : user.seen,
            state: isSuspended(user, clock.now()) ? 'suspended' : '',
            expiresAt: user.expires,
            info: user.info ?? '',
            channel: channel.name,
          })),
        };
      },
    },
    'channel-events': { run: ({ channel }) => ({ rows: rows.events(get(channel).key) }) },
    'set-channel-access': {
      check: ({ channel, account }) => {
        get(channel);
        store.get(account);
      },
      run: async ({ channel: name, account, level }) => {
        const channel = get(name);
        const found = store.get(account);
        await registry.change(channel.name, 'access', () => {
          if (level > 0) {
            writeAccess(world, channel, found, level, null);
            for (const field of ['expires', 'back_to'] as const)
              rows.setUser(channel.key, found.id, field, null);
            return;
          }
          const user = channel.user(found.name);
          if (user === undefined || !dropAccess(world, channel, user))
            throw new SignalboxError(
              'conflict',
              `${found.name} has no access to ${channel.name}, or owns it.`,
            );
        });
        return { channel: channel.name, account: found.name, level };
      },
    },
    'set-channel': {
      check: ({ channel, setting, value }) => {
        get(channel);
        valueOfSetting(setting, value);
      },
      run: async ({ channel: name, setting, value }) => {
        const channel = get(name);
        const { row, kept } = valueOfSetting(setting, value);
        await registry.change(channel.name, 'access', () => {
          rows.setSetting(channel.key, row.key, kept);
          writeQuiet(world, channel.key);
        });
        return { channel: channel.name, setting, value: row.write(get(name).settings[row.key]) };
      },
    },
    'suspend-channel': {
      check: ({ channel }) => void get(channel),
      run: async ({ channel: name, reason, days }, { actor }) => {
        const channel = get(name);
        const now = clock.now();
        await registry.change(channel.name, 'access', () => {
          rows.setState(channel.key, 'suspended_at', now);
          rows.setState(channel.key, 'suspended_by', actor.name);
          rows.setState(channel.key, 'suspended_until', days === 0 ? 0 : now + days * DAY_MS);
          rows.setState(channel.key, 'suspended_reason', reason);
          writeQuiet(world, channel.key);
        });
        return { channel: channel.name };
      },
    },
    'unsuspend-channel': {
      check: ({ channel }) => void get(channel),
      run: async ({ channel: name }) => {
        const channel = get(name);
        if (!channel.suspendedAt(clock.now()))
          throw new SignalboxError('conflict', `${channel.name} is not suspended.`);
        await registry.change(channel.name, 'access', () => {
          for (const field of [
            'suspended_at',
            'suspended_by',
            'suspended_until',
            'suspended_reason',
          ] as const)
            rows.setState(channel.key, field, null);
          writeQuiet(world, channel.key);
        });
        return { channel: channel.name };
      },
    },
    'transfer-channel': {
      check: ({ channel, account }) => {
        get(channel);
        store.get(account);
      },
      run: async ({ channel: name, account }) => {
        const channel = get(name);
        const outcome = await registry.change(channel.name, 'access', () =>
          giveChannel(world, channel, account),
        );
        if (outcome !== 'done')
          throw new SignalboxError('conflict', `${channel.name} cannot be given to ${account}: ${outcome}.`);
        return { channel: channel.name, founder: get(name).founder };
      },
    },
    'drop-channel': {
      check: ({ channel }) => void get(channel),
      run: async ({ channel: name }) => {
        const channel = get(name);
        await world.drop(channel.name);
        return { channel: channel.name };
      },
    },
  };
}

/** @throws SignalboxError `bad_request` for what a setting does not take */
function valueOfSetting(name: string, typed: string) {
  const row = findSetting(name);
  const value = row === undefined ? null : typed === '*' ? row.initial : row.read(typed);
  if (row === undefined || value === null)
    throw new SignalboxError('bad_request', `value: ${name} takes ${row?.takes ?? 'nothing'}`);
  return { row, kept: value === row.initial ? null : row.write(value) };
}
