/** RENAME: IRCv3 channel-rename (draft). */
import { truncateUtf8 } from '../../irc/line-text.ts';
import { STATUS } from '../../irc/modes.ts';
import { isValidChannelName } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { tellUnkept } from '../actions/keeping.ts';
import { rename as renameChannel } from '../actions/rename.ts';
import { refusedAs, spamRefusal } from '../actions/spam.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import { renameRefusal, renamerOf } from '../rename-rules.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import { whyReserved } from '../why-reserved.ts';
import { freeChannel, onFreeChannel, type StepsWith } from '../work-steps.ts';
import type { Command } from './command.ts';
import type { DeedOutcome } from './deed.ts';
import { notFound, performInTurns } from './operator-deed.ts';

/** What lets operators of the network rename channels whatever they are there, as SAMODE does. */
const OVERRIDE = 'override';

export const rename: Command = {
  name: 'RENAME',
  minParams: 2,
  penaltyLines: 3,
  help: [
    'RENAME <channel> <new name> [<reason>]',
    'Gives a channel another name. Everybody and everything on it stays.',
    'For operators of the channel, or its owners where there are owners.',
  ],
  // "If a client sends a valid RENAME command without having negotiated the capability, the server SHOULD rename the channel".
  steps(server, client, [old = '', name = '', given = '']) {
    return attempt(server, client, { old, name, reason: truncateUtf8(given, limits.partBytes.default) });
  },
};

/** What is asked for. */
interface Wish {
  readonly old: string;
  readonly name: string;
  readonly reason: string;
}

function* attempt(server: CommandServer, client: LocalClient, wish: Wish): WorkSteps {
  const channel = yield* freeChannel(server.host, server.state, wish.old);
  try {
    if (client.user.gone) return;
    if (channel === undefined) client.reply(N.ERR_NOSUCHCHANNEL, replyParameter(wish.old));
    else if (mayRename(server, client, channel)) {
      if (mayBeCalled(server, client, channel, wish) && mayAgain(client, channel, wish))
        yield* carryOut(server, client, channel, wish);
    } else if (client.can(OVERRIDE)) override(server, client, channel, wish);
    else if (client.user.memberships.has(channel)) client.reply(N.ERR_CHANOPRIVSNEEDED, channel.name);
    else client.reply(N.ERR_NOTONCHANNEL, channel.name);
  } finally {
    if (channel !== undefined) server.host.work.leave(channel.gate);
  }
}

/** Does it, or has it done by the server that decides. */
function* carryOut(server: CommandServer, client: LocalClient, channel: Channel, wish: Wish): WorkSteps {
  const { state, links } = server;
  const to = renamerOf(state);
  if (to === state.me) {
    yield* renameChannel(server, client.user, channel, wish);
    tellUnkept(server, client, 'RENAME', channel);
    return;
  }
  const { name, reason } = wish;
  const former = channel.nameBytes;
  links?.tell({ kind: 'rename wish', source: client.user, to, former, name: bytesOf(name), reason });
}

/** Who ranks as high as one can be on a channel of this server: its owners, where there are such, else its operators. */
function mayRename({ statuses }: CommandServer, { user }: LocalClient, channel: Channel): boolean {
  const needed = (statuses & STATUS.owner) !== 0 ? STATUS.owner : STATUS.op;
  return (user.memberships.get(channel)?.status ?? 0) >= needed;
}

/** Whether a channel may get a name; says why not. */
function mayBeCalled(server: CommandServer, client: LocalClient, channel: Channel, wish: Wish): boolean {
  const { name, reason } = wish;
  const refuse = (code: string, why: string): false => {
    client.fail('RENAME', code, `${channel.name} ${replyParameter(name)}`, why);
    return false;
  };
  if (!isValidChannelName(name, limits.channelNameBytes.default)) {
    client.reply(N.ERR_BADCHANMASK, replyParameter(name));
    return false;
  }
  const reserved = client.user.isOper ? null : whyReserved(server, name);
  if (reserved !== null) {
    client.reply(N.ERR_BADCHANMASK, name, reserved);
    return false;
  }
  const refusal = renameRefusal(server, channel, name);
  if (refusal !== null) return refuse(refusal.code, refusal.text);
  const spam = spamRefusal(server, client, 'part', channel.name, reason);
  if (client.user.gone) return false;
  return spam === null || refuse('CANNOT_RENAME', refusedAs(spam));
}

/** "Server implementations might choose to implement a per-channel cooldown". */
function mayAgain(client: LocalClient, channel: Channel, { name }: Wish): boolean {
  const waitMs = channel.renamedMs + limits.renameMs.default - Date.now();
  if (waitMs <= 0) return true;
  const text = `It has been renamed recently; try again in ${Math.ceil(waitMs / 1000)} seconds`;
  client.fail('RENAME', 'CANNOT_RENAME', `${channel.name} ${name}`, text);
  return false;
}

/** An operator of the network does it, which is written down. */
function override(server: CommandServer, client: LocalClient, { name: channel }: Channel, wish: Wish): void {
  performInTurns(server, client, {
    command: 'RENAME',
    flag: OVERRIDE,
    args: { channel, name: wish.name, reason: wish.reason },
    steps: () =>
      onFreeChannel(
        server,
        channel,
        (found) => renameByOperator(server, client, found, wish),
        () => notFound(`${channel} had ended before`),
      ),
  });
}

function* renameByOperator(
  server: CommandServer,
  client: LocalClient,
  channel: Channel,
  wish: Wish,
): StepsWith<DeedOutcome> {
  if (client.user.gone) return notFound(`${client.user.nick} had left before`);
  if (!mayBeCalled(server, client, channel, wish))
    return { ok: false, outcome: `refused: ${channel.name} cannot be called ${wish.name}` };
  yield* carryOut(server, client, channel, wish);
  const to = renamerOf(server.state);
  const isDone = to === server.state.me;
  return { ok: true, outcome: isDone ? `renamed to ${wish.name}` : `left to ${to.name}, which decides` };
}
