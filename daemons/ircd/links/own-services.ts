/**
 * The link to the services of the same instance: they wait at a port that main tells of, and both ends show that they belong to this
 * run before either believes the other. Made by daemon.ts.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Clock } from '../../../kit/clock.ts';
import { OWN_LINK_PROOF_CHARS, OWN_LINK_PROTOCOL, ownLinkPassword } from '../../irc/p10/own-link.ts';
import type { Peers } from '../../runtime/host/peer-directory.ts';
import { PeerLink } from '../../runtime/net/peer-link.ts';
import type { SocketLinks } from './socket-links.ts';

export interface OwnServicesOptions {
  readonly peers: Peers;
  readonly clock: Clock;
  readonly links: SocketLinks;
  readonly log: (level: 'warn', event: string, message: string) => void;
}

/** Links to the services of the instance whenever they are there. */
export function linkOwnServices({ peers, clock, links, log }: OwnServicesOptions): PeerLink {
  return new PeerLink({
    peers,
    clock,
    protocol: OWN_LINK_PROTOCOL,
    lineChars: OWN_LINK_PROOF_CHARS,
    onPeer: async (channel) => {
      const socket = channel.release() as Socket;
      links.acceptServices(socket, ownLinkPassword(peers.secret!));
      await once(socket, 'close');
    },
    onBroken: (why) =>
      log('warn', 'services_link_broken', `No link with the services of this instance: ${why}`),
  });
}
