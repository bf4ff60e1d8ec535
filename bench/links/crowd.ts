/** Users and channels of a server that exists in the benchmark only, as the lines of P10 with which it tells of them. */
import { encodeAddress } from '../../daemons/irc/p10/address.ts';
import { writeBurst } from '../../daemons/irc/p10/burst-line.ts';
import { serverNumeric, userNumeric } from '../../daemons/irc/p10/numeric.ts';
import { writeUser } from '../../daemons/irc/p10/user-line.ts';

/** A server as it introduces itself. */
export interface BenchServer {
  readonly name: string;
  readonly numeric: string;
}

/** Their server. */
export const PEER: BenchServer = { name: 'peer.bench.test', numeric: serverNumeric(7) };

/** One on which nobody is, and that is told of all others. */
export const LISTENER: BenchServer = { name: 'listener.bench.test', numeric: serverNumeric(8) };

/** Since when they and their channels exist, Unix seconds: older than what is made while the benchmark runs. */
const SINCE = 1_700_000_000;

/** How many there are. */
export interface CrowdSize {
  readonly users: number;
  readonly channels: number;
  /** Channels have so many members each; the first of them is operator. */
  readonly members: number;
}

/** Name of a channel by its number. */
export const channelName = (number: number) => `${USUAL.channels}${number}`;

/** Users on a channel by its number: the next ones in turn, so that all are on equally many. */
export function membersOf({ users, members }: CrowdSize, channel: number): number[] {
  return Array.from({ length: members }, (_, i) => (channel * members + i) % users);
}

/** Whose users they are, and what they and their channels are called before their number. */
export interface CrowdNames {
  readonly server: BenchServer;
  readonly nicks: string;
  readonly channels: string;
}

const USUAL: CrowdNames = { server: PEER, nicks: 'crowd', channels: '#bench' };

/** All that the server tells when it is linked, its end of burst included. */
export function burstOf(size: CrowdSize, names = USUAL): Buffer {
  const { numeric } = names.server;
  const lines: string[] = [];
  for (let user = 0; user < size.users; user++) lines.push(introductionOf(user, names));
  for (let channel = 0; channel < size.channels; channel++) {
    const members = membersOf(size, channel).map((user, i) => ({
      numeric: userNumeric(numeric, user),
      status: i === 0 ? 1 : 0,
    }));
    lines.push(
      ...writeBurst(numeric, {
        channel: `${names.channels}${channel}`,
        createdSeconds: SINCE,
        modes: 'tn',
        modeArguments: new Map(),
        members,
        bans: [],
        exceptions: [],
        inviteExceptions: [],
      }),
    );
  }
  lines.push(`${numeric} EB`);
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
}

/** Every fourth is logged in, half are invisible. */
function introductionOf(user: number, { server, nicks }: CrowdNames): string {
  const loggedIn = user % 4 === 0;
  const address = new Uint16Array(8);
  address.set([0xffff, 0x0a00 + (user >> 16), user & 0xffff], 5);
  return writeUser(server.numeric, {
    nick: `${nicks}${user}`,
    hops: 1,
    nickSeconds: SINCE + user,
    username: `u${user % 1_000}`,
    host: `host${user}.example.net`,
    modes: `${user % 2 === 0 ? 'i' : ''}${loggedIn ? 'r' : ''}`,
    modeArguments: new Map(loggedIn ? [['r', `account${user}`]] : []),
    address: encodeAddress(address),
    numeric: userNumeric(server.numeric, user),
    realname: `Real ${user}`,
  });
}
