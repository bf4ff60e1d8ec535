/** The code of the admin commands. Each checks what it names, says what it will do, and answers with plain data. */

import { SignalboxError } from '../../../contract/errors.ts';
import { describeActor } from '../../../contract/link/actor.ts';
import { compileAddressMask } from '../../irc/address-mask.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { counted } from '../../runtime/host/impact-text.ts';
import { formerLimits, limitRows, namedLimits } from '../../runtime/host/live-limits.ts';
import { throttleRows } from '../../runtime/net/client-columns.ts';
import { certificateFacts } from '../../runtime/net/tls-credentials.ts';
import { kill } from '../actions/kill.ts';
import type { IrcServer } from '../irc-server.ts';
import type { Lookup } from '../net/lookup.ts';
import type { NetServer } from '../net/net-server.ts';
import { reloadWarnings } from '../reload-warnings.ts';
import type { LocalClient } from '../state/local-client.ts';
import { ADJUSTABLE_LIMITS, type AdjustableLimit } from '../tuning.ts';
import { inTurns } from '../work-steps.ts';
import { accountHandlers } from './account-handlers.ts';
import { banHandlers } from './ban-handlers.ts';
import { channelOwnerHandlers } from './channel-owner-handlers.ts';
import type { adminCommands } from './commands.ts';
import { filterHandlers } from './filter-handlers.ts';
import { historyHandlers } from './history-handlers.ts';
import { memberRow } from './inner-tables.ts';
import { linkHandlers } from './link-handlers.ts';
import { presenceHandlers } from './presence-handlers.ts';
import { connectionRow } from './rows.ts';
import { requireChannel, requireClient, requireUser, whoIs } from './targets.ts';
import { broadcast, clearChannel, listChannels, listClients } from './walks.ts';

/** What the commands act on. */
export interface AdminTargets {
  readonly server: IrcServer;
  readonly net: NetServer<LocalClient>;
  readonly lookup: Lookup;
}

/** The name under which the control plane acts, as users see it. */
const ADMIN = 'administrator';

/** A handler for every command of the manifest. */
export function createAdminHandlers(targets: AdminTargets): CommandHandlers<typeof adminCommands> {
  const { server, net } = targets;
  return {
    clients: {
      check: ({ address }) => {
        if (address !== undefined && compileAddressMask(`*@${address}`) === null)
          throw new SignalboxError(
            'refused',
            `${address} is no address and no network, such as 192.0.2.0/24.`,
          );
      },
      run: ({ limit, ...filter }) => inTurns(server.host, server.house, listClients(server, filter, limit)),
    },
    client: { run: ({ client }) => describeClient(server, requireClient(server, client)) },
    kill: {
      check: ({ client }) => void requireUser(server, client),
      impact: ({ client }) => {
        const user = server.state.nickHolder(client);
        return user === undefined
          ? null
          : `disconnects ${whoIs(user)}, on ${counted(user.memberships.size, 'channel')}`;
      },
      run: ({ client, reason }) => {
        const user = requireUser(server, client);
        const result = { client: user.nick, mask: user.prefix, channels: user.memberships.size, reason };
        kill(server, server.state.me, user, reason, ADMIN);
        return result;
      },
    },
    channels: {
      run: ({ mask, limit }) => inTurns(server.host, server.house, listChannels(server, mask, limit)),
    },
    channel: {
      run: ({ channel }) => ({
        rows: requireChannel(server, channel).members.map((member) => memberRow(server, member)),
      }),
    },
    'clear-channel': {
      check: ({ channel }) => void requireChannel(server, channel),
      impact: ({ channel }) => {
        const found = server.state.findChannel(channel);
        return found === undefined
          ? null
          : `removes ${counted(found.members.length, 'user')} from ${found.name}`;
      },
      run: ({ channel, reason }) => {
        const found = requireChannel(server, channel);
        return inTurns(server.host, server.house, clearChannel(server, found, reason));
      },
    },
    ...presenceHandlers(server),
    ...banHandlers(server),
    ...filterHandlers(server),
    ...historyHandlers(server),
    rehash: {
      run: async (_args, { actor }) => {
        const outcome = await server.host.requestLifecycle('reload', describeActor(actor), 'rehash');
        if (!outcome.ok) throw new SignalboxError(outcome.error.code, outcome.error.message);
        const text = 'Configuration, MOTD and certificates were read again; nobody was dropped.';
        return { text: [text, ...reloadWarnings(outcome.result)].join('\n') };
      },
    },
    broadcast: {
      impact: () =>
        server.state.localUserCount === 0
          ? null
          : `sends a notice to ${counted(server.state.localUserCount, 'client')}`,
      run: ({ text }) => inTurns(server.host, server.house, broadcast(server, text)),
    },
    ...linkHandlers(server),
    ...accountHandlers(server),
    ...channelOwnerHandlers(server),
    certificate: {
      run: () => {
        const { credentials } = net;
        if (credentials === null)
          throw new SignalboxError(
            'not_found',
            'No listener and no link has TLS, so there is no certificate.',
          );
        return certificateFacts(credentials, Date.now());
      },
    },
    caches: {
      run: () => {
        const { depth, hits, misses } = targets.lookup.names.stats();
        return { rows: [{ cache: 'dns', entries: depth, hits, misses }] };
      },
    },
    'clear-caches': { run: () => ({ forgotten: targets.lookup.names.clear() }) },
    throttle: { run: ({ limit }) => ({ rows: throttleRows(net.admission.throttle, limit) }) },
    'reset-throttle': {
      run: ({ address }) => ({
        forgotten: net.admission.throttle.reset(address === '' ? undefined : address),
      }),
    },
    limits: {
      run: () => ({ rows: limitRows(ADJUSTABLE_LIMITS, (name) => server.tuning.get(name)) }),
    },
    'set-limits': {
      run: (args) => {
        const after = namedLimits(ADJUSTABLE_LIMITS, args);
        const before = formerLimits(after, (name) => server.tuning.get(name));
        for (const [name, value] of Object.entries(after)) server.tuning.set(name as AdjustableLimit, value);
        server.refreshIsupport();
        return { before, after };
      },
    },
  };
}

function describeClient(
  { statuses }: IrcServer,
  client: LocalClient,
): Record<string, string | number | boolean | null> {
  const { user } = client;
  return {
    ...connectionRow(client, Date.now()),
    realname: user.realname,
    modes: user.modeLetters(),
    oper: client.oper?.name ?? null,
    away: user.away,
    listed: client.listed,
    registered: user.registered,
    cipher: client.connection.tls?.cipher ?? null,
    fingerprint: client.connection.tls?.fingerprint ?? null,
    on: [...user.memberships.values()]
      .map((member) => member.prefix(true, statuses) + member.channel.name)
      .join(' '),
  };
}
