/** The relay proper and the slow model side by side, with connections in memory: each step is done to both, and then they must agree. */
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import { WorkTurns } from '../../runtime/async/work-turns.ts';
import { same } from '../../runtime/test-fixtures/same.ts';
import type { DefaultMode, Mode } from '../config.ts';
import { defaultLimits } from '../limits.ts';
import type { Connection } from '../net/connection.ts';
import { type Frame, KIND } from '../protocol/frame.ts';
import type { Peer } from '../rooms/peer.ts';
import { Relay, type RelayOptions } from '../rooms/relay.ts';
import { dataPayload, framed } from '../test-relay.ts';
import { FEW, type ModelPeer, RelayModel } from './relay-model.ts';

/** One step; a slot holds one client at a time, and a step of a slot without one does nothing. */
export type RelayStep =
  | { readonly slot: number; readonly connect: DefaultMode }
  | { readonly slot: number; readonly control: Readonly<Record<string, unknown>> }
  | { readonly slot: number; readonly kind: 'echo' | 'room' | 'direct' | 'broadcast'; readonly to: string }
  | { readonly slot: number; readonly become: 'gone' | 'full' | 'reading' | 'slow' }
  | { readonly slot: number; readonly plain: string }
  | { readonly ban: string; readonly on: boolean };

/** The modes that a hello may ask for: all but echo. */
const OFFERED: readonly Mode[] = ['broadcast', 'rooms', 'direct'];
const TEXT = 'hi';
const FOREVER = { turnMs: Number.POSITIVE_INFINITY, sliceMs: Number.POSITIVE_INFINITY };

/** A connection without a socket. */
class MemoryConnection {
  readonly account = new WorkAccount(new WorkGroup());
  readonly session = null;
  readonly tls = null;
  readonly intake = { keeps: false };
  readonly lastReceivedAt = 0;
  readonly connectionClass = { limits: { ping_seconds: 1, idle_seconds: 1 }, slowReader: 'disconnect' };
  readonly outbox = { queuedBytes: 1, queuedFrames: 1, push: (frame: Frame) => this.push(frame) };
  readonly heard: string[] = [];
  peer: Peer | null = null;
  full = false;
  ended: string | null = null;

  push(frame: Frame): boolean {
    if (!this.full) this.#hear(frame);
    return !this.full;
  }

  end(reason: string, frame: Frame | null): void {
    if (frame !== null) this.#hear(frame);
    this.heard.push(`END ${reason}`);
    this.ended = reason;
  }

  #hear(frame: Frame): void {
    this.heard.push(readFrame(frame.bytes().subarray(4), this.peer?.tagged === true));
  }
}

/** The relay and the model. */
export class RelayTwin {
  readonly #model = new RelayModel(OFFERED);
  readonly #connections = new Map<number, MemoryConnection>();
  readonly #counted = { errors: 0 };
  readonly #relay: Relay;

  constructor() {
    const counted = this.#counted;
    this.#relay = new Relay({
      limits: { ...defaultLimits(), ...FEW },
      metrics: {
        errors: { add: () => counted.errors++ },
        slowReaders: { add: () => {} },
      },
      bans: { ofPeer: (id: string) => (this.#model.banned.has(id) ? { reason: 'why' } : null) },
      door: { offered: false, required: false },
      known: { get: () => undefined },
      turns: new WorkTurns(FOREVER),
      flusher: { pending: 0 },
      modes: () => OFFERED,
      onEnded: () => {},
      onGone: () => {},
    } as unknown as RelayOptions);
  }

  /** Does a step to both and compares what everybody was told and everything that is kept. */
  do(step: RelayStep): void {
    this.#act(step);
    for (const [slot, connection] of this.#connections)
      if (connection.ended !== null) this.#forget(slot, connection.ended);
    const told = this.#model.told();
    for (const [slot, connection] of this.#connections) {
      same(`told to ${slot}`, connection.heard.splice(0), told.get(slot) ?? []);
      if (this.#model.peer(slot) === undefined) this.#connections.delete(slot);
    }
    this.#compareState();
  }

  /** Everybody is told that it ends; nobody hears of the others, and nothing is left. */
  close(): void {
    this.#relay.close('over');
    for (const [slot, connection] of this.#connections) {
      const { tagged } = connection.peer!;
      this.#forget(slot, 'over');
      const last = tagged ? ['{"type":"closing","reason":"over"}'] : [];
      same(`told to ${slot} at the end`, connection.heard, [...last, 'END relay is closing']);
    }
    const { size, rooms, broadcast } = this.#relay;
    same(
      'left over',
      [size, rooms.size, rooms.all().length, rooms.memberships, broadcast.size],
      [0, 0, 0, 0, 0],
    );
  }

  #forget(slot: number, reason: string): void {
    this.#relay.onEnd(this.#connections.get(slot) as unknown as Connection, reason);
  }

  #act(step: RelayStep): void {
    if ('ban' in step) {
      if (step.on) this.#model.banned.add(step.ban);
      else this.#model.banned.delete(step.ban);
      return;
    }
    const peer = this.#model.peer(step.slot);
    if ('connect' in step) {
      if (peer === undefined) this.#connect(step.slot, step.connect);
      return;
    }
    if (peer !== undefined) this.#actOf(step, peer, this.#connections.get(step.slot)!);
  }

  #connect(slot: number, mode: DefaultMode): void {
    const connection = new MemoryConnection();
    const real = this.#relay.admit(connection as unknown as Connection, mode);
    connection.peer = real;
    this.#connections.set(slot, connection);
    this.#model.connect(slot, real.id, mode);
  }

  #actOf(
    step: Exclude<RelayStep, { readonly ban: string } | { readonly connect: string }>,
    peer: ModelPeer,
    connection: MemoryConnection,
  ): void {
    if ('control' in step) {
      this.#model.control(peer, step.control);
      this.#receive(connection, `\0${JSON.stringify(step.control)}`);
    } else if ('plain' in step) {
      if (peer.stage === 'greeted') return;
      this.#model.plain(peer, step.plain);
      this.#receive(connection, step.plain);
    } else if ('kind' in step) {
      if (peer.stage !== 'greeted') return;
      this.#model.data(peer, step.kind, step.to, TEXT);
      const names = step.kind === 'room' || step.kind === 'direct' ? [step.to] : [];
      this.#receive(connection, dataPayload(KIND[step.kind], names, TEXT, 7));
    } else if (step.become === 'gone') {
      this.#model.end(peer);
      connection.ended = 'gone';
    } else if (step.become === 'slow') {
      this.#model.slow(peer);
      this.#relay.onSlowReader(connection as unknown as Connection);
    } else {
      peer.full = step.become === 'full';
      connection.full = peer.full;
    }
  }

  #receive(connection: MemoryConnection, payload: Buffer | string): void {
    const frame = framed(payload);
    this.#relay.onFrame(connection as unknown as Connection, frame, 0, frame.length);
  }

  #compareState(): void {
    const { rooms, broadcast, size } = this.#relay;
    const model = this.#model;
    const ids = (peers: readonly ModelPeer[]) => peers.map(({ id }) => id).sort();
    const idsOf = (peers: Iterable<Peer>) => [...peers].map(({ id }) => id).sort();
    same('everybody', idsOf(this.#relay.peers()), ids(model.peers));
    same('counts', [size, this.#counted.errors], [model.peers.length, model.errors]);
    same('broadcast', idsOf(broadcast.members), ids(model.broadcast));
    const names = model.rooms.map(({ name }) => name).sort();
    same(
      'rooms',
      rooms
        .all()
        .map(({ name }) => name)
        .sort(),
      names,
    );
    same('number of rooms', rooms.size, names.length);
    same(
      'memberships',
      rooms.memberships,
      model.rooms.reduce((sum, { members }) => sum + members.length, 0),
    );
    for (const { name, createdBy, frames, members } of model.rooms) {
      const room = rooms.get(name)!;
      same(`facts of ${name}`, [room.createdBy, room.frames], [createdBy, frames]);
      same(`members of ${name}`, idsOf(room.audience.members), ids(members));
      same(
        `observers of ${name}`,
        idsOf(room.observers.members),
        ids(members.filter(({ presence }) => presence)),
      );
    }
    for (const peer of model.peers) this.#comparePeer(peer);
  }

  #comparePeer(peer: ModelPeer): void {
    const real = this.#relay.peer(peer.id);
    same(`${peer.id} is found`, real === this.#connections.get(peer.slot)!.peer, true);
    same(
      `facts of ${peer.id}`,
      [real!.mode, real!.stage, real!.presence],
      [peer.mode, peer.stage, peer.presence],
    );
    const names = this.#model.roomsOf(peer).map(({ name }) => name);
    same(`rooms of ${peer.id}`, [...real!.rooms].map(({ name }) => name).sort(), names.sort());
    for (const room of this.#relay.rooms.all())
      same(`${peer.id} in ${room.name}`, room.audience.has(real!), names.includes(room.name));
  }
}

/** A payload in the words of the model. */
function readFrame(payload: Buffer, tagged: boolean): string {
  if (!tagged) {
    const text = payload.toString('latin1');
    return text.startsWith('{"type":"error"') ? readControl(text) : `plain ${text}`;
  }
  const kind = payload[0]!;
  if (kind === KIND.control) return readControl(payload.toString('utf8', 1));
  let at = 1;
  const name = () => {
    const from = at + 1;
    at = from + payload[at]!;
    return payload.toString('utf8', from, at);
  };
  if (kind === KIND.echo) return `echo ${payload.toString('utf8', at)}`;
  const head =
    kind === KIND.room
      ? `room ${name()} ${name()}`
      : `${kind === KIND.direct ? 'direct' : 'broadcast'} ${name()}`;
  return `${head} ${payload.toString('utf8', at)}`;
}

function readControl(text: string): string {
  const message = JSON.parse(text);
  if (message.type === 'error') return `error ${message.id} ${message.code}`;
  if (message.type === 'welcome')
    return `welcome ${message.peer} ${message.mode} ${message.features.join(' ')}`;
  if (message.type === 'rooms') return `rooms ${message.total} ${message.rooms.length} ${message.next}`;
  if (message.type === 'members')
    return `members ${message.room} ${message.total} ${message.members.length} ${message.next}`;
  return text;
}
