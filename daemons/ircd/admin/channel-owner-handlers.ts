/** The code of the admin commands about channels that belong to accounts: whoever knows the accounts decides, and what is known here is shown. */
import type { ChannelOutcome, ChannelRegistration } from '../../../contract/accounts.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import { fold } from '../../irc/casemapping.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import type { IrcServer } from '../irc-server.ts';
import { inTurns, type StepsWith } from '../work-steps.ts';
import type { channelOwnerCommands } from './channel-owner-commands.ts';

/** A handler for every command about them. Each rejects with `unavailable` while nothing is known or nobody can be asked. */
export function channelOwnerHandlers(server: IrcServer): CommandHandlers<typeof channelOwnerCommands> {
  const authority = () => server.accounts.authority;
  const founderOf = (channel: string) => server.accounts.channels.of(channel)?.founder ?? 'its account';
  return {
    'registered-channels': {
      run: async ({ text, limit }) => {
        if (!server.accounts.channels.known) await authority().ask('channels', { after: '' });
        return await inTurns(server.host, server.house, find(server, fold(text), limit));
      },
    },
    'transfer-channel': {
      impact: ({ channel, account }) =>
        `takes ${channel} from ${founderOf(channel)} and gives it to ${account}`,
      run: async ({ channel, account }) => {
        const { outcome } = await authority().ask('transferChannel', { channel, by: null, account });
        refuse(outcome, channel, account);
        return { channel, founder: account };
      },
    },
    'drop-channel': {
      impact: ({ channel }) => `takes ${channel} and its access list from ${founderOf(channel)} for good`,
      run: async ({ channel }) => {
        const { outcome } = await authority().ask('dropChannel', { channel, by: null });
        refuse(outcome, channel, '');
        return { channel };
      },
    },
  };
}

function* find(
  server: IrcServer,
  text: string,
  limit: number,
): StepsWith<{ rows: ReturnType<typeof rowOf>[] }> {
  const rows: ReturnType<typeof rowOf>[] = [];
  for (const registration of server.accounts.channels.all()) {
    const { channel, founder } = registration;
    if (fold(channel).includes(text) || fold(founder).includes(text)) rows.push(rowOf(server, registration));
    if (rows.length === limit) break;
    if (server.host.work.spend(workPrices.skipped.ns)) yield null;
  }
  return { rows };
}

function rowOf(server: IrcServer, { channel, founder, registeredAt, access }: ChannelRegistration) {
  const accounts = (level: string) =>
    access
      .filter((entry) => entry.level === level)
      .map(({ account }) => account)
      .join(' ');
  return {
    channel,
    founder,
    registeredAt,
    users: server.state.findChannel(channel)?.members.length ?? 0,
    operators: accounts('op'),
    voices: accounts('voice'),
  };
}

/** Throws what an administrator reads of an outcome that is none. */
function refuse(outcome: ChannelOutcome, channel: string, account: string): void {
  if (outcome === 'done') return;
  if (outcome === 'no_account') throw new SignalboxError('not_found', `There is no account ${account}.`);
  if (outcome === 'founder')
    throw new SignalboxError('conflict', `The channel ${channel} belongs to ${account} already.`);
  if (outcome === 'full')
    throw new SignalboxError('limit_reached', `The account ${account} owns as many channels as may be.`);
  throw new SignalboxError('not_found', `The channel ${channel} belongs to no account.`);
}
