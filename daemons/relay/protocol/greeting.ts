/** Hello and welcome: how a client becomes more than a sender of plain frames. Called by relay.ts. */
import { firstProblem } from '../../../contract/plain-words.ts';
import { type Peer, peerIdProblem } from '../rooms/peer.ts';
import type { Switchboard } from '../rooms/switchboard.ts';
import { CIPHER } from '../secure/session-door.ts';
import { FEATURES, type HelloRequest, helloSchema, PROTOCOL_VERSION } from './control-requests.ts';
import { KIND } from './frame.ts';
import type { ProtocolErrorCode, RequestId } from './protocol-errors.ts';

const OPENING_BRACE = 0x7b;

/**
 * The hello in a payload: a zero byte, then a JSON object whose `type` is `hello`. Null for anything else, which is
 * then data: payloads of clients that never say hello are not ours to interpret.
 */
export function helloIn(
  source: Buffer,
  from: number,
  end: number,
  maxBytes: number,
): Record<string, unknown> | null {
  if (end - from < 2 || end - from > maxBytes) return null;
  if (source[from] !== KIND.control || source[from + 1] !== OPENING_BRACE) return null;
  try {
    const value: unknown = JSON.parse(source.toString('utf8', from + 1, end));
    if (typeof value !== 'object' || value === null) return null;
    const message = value as Record<string, unknown>;
    return message.type === 'hello' ? message : null;
  } catch {
    return null;
  }
}

/** Welcomes the client, or says what is wrong with its hello; it may then try again until the deadline. */
export function greet(relay: Switchboard, peer: Peer, message: Record<string, unknown>): void {
  if (peer.stage === 'new') {
    peer.stage = 'greeting';
    relay.broadcast.remove(peer);
  }
  const parsed = helloSchema.safeParse(message);
  if (!parsed.success) {
    relay.complain(peer, null, 'bad_hello', firstProblem(parsed.error));
    return;
  }
  const hello = parsed.data;
  const id: RequestId = hello.id ?? null;
  const mode = hello.mode ?? peer.mode;
  if (!relay.modes.includes(mode)) {
    const offered = relay.modes.join(', ');
    relay.complain(
      peer,
      id,
      'mode_not_allowed',
      `The mode ${mode} is not offered here; these are: ${offered}.`,
    );
    return;
  }
  const wanted = hello.peer ?? peer.id;
  if (hello.peer !== undefined) {
    const problem = peerIdProblem(hello.peer, relay.limits.peer_id_bytes);
    if (problem !== null) {
      relay.complain(peer, id, 'bad_peer_id', problem);
      return;
    }
    const ban = relay.bans.ofPeer(hello.peer, Date.now());
    if (ban !== null) {
      relay.endWithError(peer, 'banned', `The peer ${hello.peer} is banned: ${ban.reason}`);
      return;
    }
    const claim = claimProblem(relay, peer, hello.peer);
    if (claim !== null) {
      relay.complain(peer, id, claim[0], claim[1]);
      return;
    }
    const holder = relay.peer(hello.peer);
    if (holder !== undefined && holder !== peer) {
      relay.complain(peer, id, 'peer_taken', `Another client is connected as ${hello.peer}.`);
      return;
    }
  }
  welcome(relay, peer, hello, wanted);
}

/** Why somebody may not have a peer id that is known to be of an identity, or null. */
function claimProblem(
  relay: Switchboard,
  { identity }: Peer,
  wanted: string,
): [ProtocolErrorCode, string] | null {
  const { known } = relay;
  const owner = known.get(wanted);
  if (identity === null)
    return owner === undefined
      ? null
      : ['identity_required', `The peer id ${wanted} is of somebody who proves an identity.`];
  if (owner?.identity === identity) return null;
  if (owner !== undefined && !relay.mayChange(wanted, owner.identity, identity))
    return [
      'identity_changed',
      `The peer id ${wanted} is of another identity; who runs the relay can have it forgotten.`,
    ];
  if (known.mayHaveMore(identity)) return null;
  return ['too_many_peer_ids', 'Your identity has as many peer ids as one may; take one of those.'];
}

/** What protects this connection, as both sides have to see it. */
function securityOf({ door }: Switchboard, peer: Peer): object {
  const { tls } = peer.connection;
  if (peer.identity === null) return { mode: 'plain', tls };
  return { mode: 'noise', tls, cipher: CIPHER, identity: peer.identity, relay: door.identity };
}

function welcome(relay: Switchboard, peer: Peer, hello: HelloRequest, id: string): void {
  if (peer.identity !== null && hello.peer !== undefined)
    relay.known.learn(hello.peer, peer.identity, Date.now());
  relay.rename(peer, id, hello.mode ?? peer.mode);
  peer.stage = 'greeted';
  const features = FEATURES.filter((feature) => hello.features.includes(feature));
  peer.presence = features.includes('presence');
  const { limits } = relay;
  relay.tell(peer, {
    type: 'welcome',
    id: hello.id ?? null,
    protocol: PROTOCOL_VERSION,
    peer: peer.id,
    mode: peer.mode,
    features,
    security: securityOf(relay, peer),
    limits: {
      max_frame_bytes: limits.max_frame_bytes,
      max_control_bytes: limits.max_control_bytes,
      rooms_per_peer: limits.rooms_per_peer,
      members_per_room: limits.members_per_room,
      room_name_bytes: limits.room_name_bytes,
      peer_id_bytes: limits.peer_id_bytes,
      ping_seconds: peer.connection.connectionClass.limits.ping_seconds,
      idle_seconds: peer.connection.connectionClass.limits.idle_seconds,
    },
  });
}
