/** The code of the admin commands about links. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { counted } from '../../runtime/host/impact-text.ts';
import type { IrcServer } from '../irc-server.ts';
import type { LinkControl, SplitSize } from '../link-control.ts';
import type { linkCommands } from './link-commands.ts';

export function linkHandlers(server: IrcServer): CommandHandlers<typeof linkCommands> {
  return {
    links: { run: () => ({ rows: server.linkControl?.rows().map((row) => ({ ...row })) ?? [] }) },
    servers: { run: () => ({ rows: server.linkControl?.servers().map((row) => ({ ...row })) ?? [] }) },
    connect: {
      check: ({ server: name }) => controlOf(server).checkConnect(name),
      run: ({ server: name }) => ({ server: controlOf(server).connect(name), state: 'connecting' }),
    },
    squit: {
      check: ({ server: name }) => void controlOf(server).sizeOf(name),
      impact: ({ server: name }) => splitText(controlOf(server).sizeOf(name)),
      run: ({ server: name, reason }) => {
        const { server: found, users, servers } = controlOf(server).squit(name, server.state.me, reason);
        return { server: found, servers, users, reason };
      },
    },
  };
}

function splitText({ users, servers }: SplitSize): string {
  const size = `splits ${counted(users, 'user')}`;
  return servers > 1 ? `${size} on ${counted(servers, 'server')}` : size;
}

function controlOf({ linkControl }: IrcServer): LinkControl {
  if (linkControl === null) throw new SignalboxError('not_found', 'This server has no links.');
  return linkControl;
}
