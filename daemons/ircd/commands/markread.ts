/** MARKREAD: IRCv3 read-marker (draft). A user's clients tell each other how far they have read. */
import { isChannelName, isValidChannelName, isValidNick } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { timestampOf } from '../../irc/timestamp.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';

export const markread: Command = {
  name: 'MARKREAD',
  minParams: 0,
  help: [
    'MARKREAD <channel or nickname> [timestamp=<time>]',
    'Shows how far you have read, or says so to your other clients.',
  ],
  run(server, client, [target, stamp]) {
    if (!client.has(CAP.readMarker)) client.reply(N.ERR_UNKNOWNCOMMAND, 'MARKREAD');
    else if (target === undefined) client.fail('MARKREAD', 'NEED_MORE_PARAMS', '', 'Missing parameters');
    else if (!isTarget(target))
      client.fail('MARKREAD', 'INVALID_PARAMS', replyParameter(target), 'Expected a channel or a nickname');
    else if (stamp === undefined) {
      server.markers.follow(client);
      sendMarker(server, client, target);
    } else advance(server, client, target, stamp);
  },
};

/** Tells a client how far it, or another of its account, has read; `*` where that is not known. */
export function sendMarker(server: CommandServer, client: LocalClient, target: string): void {
  server.markers.follow(client);
  const ms = server.markers.get(client, target);
  const stamp = ms === null ? '*' : `timestamp=${new Date(ms).toISOString()}`;
  client.send(`:${client.serverName} MARKREAD ${target} ${stamp}`);
}

function advance(server: CommandServer, client: LocalClient, target: string, stamp: string): void {
  const given = timestampOf(stamp);
  if (given === null) {
    const context = `${replyParameter(target)} ${replyParameter(stamp)}`;
    client.fail('MARKREAD', 'INVALID_PARAMS', context, 'Expected timestamp=YYYY-MM-DDThh:mm:ss.sssZ');
    return;
  }
  const shown = server.state.findChannel(target)?.name ?? target;
  const before = server.markers.get(client, target);
  // Nobody has read what is not said yet.
  const now = server.markers.advance(client, target, Math.min(given, Date.now()));
  const { records } = server.markers;
  if (now === before || records === null || client.user.account === null) {
    tell(server, client, shown, now !== before);
    return;
  }
  // What is answered is on disk.
  const done = () => tell(server, client, shown, true);
  server.defer(client, records.written(), done, done);
}

function tell(server: CommandServer, client: LocalClient, shown: string, isNew: boolean): void {
  sendMarker(server, client, shown);
  if (!isNew) return;
  const others = server.markers.others(client);
  server.host.work.spend(others.length * workPrices.row.ns);
  for (const other of others) if (other.has(CAP.readMarker)) sendMarker(server, other, shown);
}

function isTarget(target: string): boolean {
  return isChannelName(target)
    ? isValidChannelName(target, limits.channelNameBytes.default)
    : isValidNick(target, limits.nickLength.default);
}
