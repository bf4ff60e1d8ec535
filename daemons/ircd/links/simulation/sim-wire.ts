/**
 * For the simulated network: a connection between two servers. Each line takes its time, in order; the connection may be cut,
 * stand still, and hold no more than a queue.
 */
import { WorkAccount, WorkGroup } from '../../../runtime/async/work-account.ts';
import type { Link } from '../link.ts';
import type { LinkCarrier } from '../link-call.ts';
import type { SimClock } from './sim-clock.ts';
import type { SimNode } from './sim-node.ts';
import type { SimWorld } from './sim-world.ts';

/** Lines that wait on a connection before its sender gives up (SendQ): a burst of this network has some 40. */
const QUEUE_LINES = [12, 40, 400];
const MOST_QUEUE_LINES = 400;
/** How long it takes at most until one end notices that a connection is cut. */
const NOTICE_MS = 3_000;

interface Parcel {
  /** Null is the end of the connection. */
  readonly line: string | null;
  readonly deeds: readonly number[];
}

export class SimEnd implements LinkCarrier {
  readonly address: string;
  readonly tls = false;
  batchMs = 0;
  readonly fingerprint = null;
  readonly work = new WorkAccount(new WorkGroup());
  readonly node: SimNode;
  readonly wire: SimWire;
  readonly #queue: Parcel[] = [];
  link: Link | null = null;
  other!: SimEnd;
  /** Nothing is sent any more. */
  closed = false;
  /** Nothing is taken any more. */
  deaf = false;
  #overflowed = false;

  constructor(node: SimNode, wire: SimWire) {
    this.node = node;
    this.wire = wire;
    this.address = node.address;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  get sendQueueBytes(): number {
    return this.#queue.reduce((sum, { line }) => sum + (line?.length ?? 0), 0);
  }

  start(link: Link): void {
    this.link = link;
  }

  send(line: string): void {
    if (this.closed || this.#overflowed) return;
    const { world } = this.wire;
    if (this.#queue.length >= this.wire.queueLines) {
      this.#overflowed = true;
      world.after(0, this.node, [], () => this.#overflow());
      return;
    }
    this.#put({ line, deeds: world.deeds });
  }

  close(): void {
    if (this.closed) return;
    this.#put({ line: null, deeds: [] });
    this.closed = true;
    this.deaf = true;
  }

  destroy(): void {
    if (this.closed && this.#queue.length === 0) return;
    this.lose();
    this.close();
  }

  /** What was sent and has not arrived never does. */
  lose(): void {
    for (const { deeds } of this.#queue.splice(0)) this.wire.world.flights.drop(deeds);
  }

  /** The connection is gone for this end. */
  end(reason: string): void {
    this.closed = true;
    this.deaf = true;
    this.link?.gone(reason);
  }

  #overflow(): void {
    if (this.closed) return;
    this.wire.world.say(`${this.node.name} gives up on ${this.other.node.name}: SendQ exceeded`);
    this.link?.gone('SendQ exceeded');
    this.destroy();
  }

  #put(parcel: Parcel): void {
    this.#queue.push(parcel);
    this.wire.world.flights.carry(parcel.deeds);
    this.wire.deliver(this.other, this);
  }

  /** Takes the next parcel out, for the other end. */
  shift(): Parcel | undefined {
    return this.#queue.shift();
  }
}

export class SimWire {
  readonly world: SimWorld;
  readonly #clock: SimClock;
  readonly caller: SimEnd;
  readonly called: SimEnd;
  readonly #delayMs: number;
  readonly #jitterMs: number;
  readonly queueLines: number;
  /** When the last parcel of each direction arrives. */
  readonly #dueMs = new Map<SimEnd, number>();
  /** Until when nothing arrives. */
  #stillUntilMs = 0;
  gone = false;

  constructor(world: SimWorld, caller: SimNode, called: SimNode) {
    this.world = world;
    this.#clock = world.clock;
    this.#delayMs = world.random.pick([1, 5, 20, 80, 400]);
    this.#jitterMs = world.random.pick([0, 1, 50, 500]);
    this.queueLines = world.healed ? MOST_QUEUE_LINES : world.random.pick(QUEUE_LINES);
    this.caller = new SimEnd(caller, this);
    this.called = new SimEnd(called, this);
    this.caller.other = this.called;
    this.called.other = this.caller;
  }

  get name(): string {
    return `${this.caller.node.name}-${this.called.node.name}`;
  }

  joins(node: SimNode): boolean {
    return this.caller.node === node || this.called.node === node;
  }

  /** Lines under way in both directions. */
  get waiting(): number {
    return this.caller.waiting + this.called.waiting;
  }

  deliver(to: SimEnd, from: SimEnd): void {
    const now = this.#clock.monotonic();
    const ownMs = this.#delayMs + this.world.random.below(this.#jitterMs + 1);
    const due = Math.max(now + ownMs, this.#dueMs.get(to) ?? 0, this.#stillUntilMs);
    this.#dueMs.set(to, due);
    this.#clock.after(due - now, () => this.#arrive(to, from));
  }

  #arrive(to: SimEnd, from: SimEnd): void {
    if (this.#clock.monotonic() < this.#stillUntilMs) {
      this.#clock.after(this.#stillUntilMs - this.#clock.monotonic(), () => this.#arrive(to, from));
      return;
    }
    const parcel = from.shift();
    if (parcel === undefined) return;
    const { line, deeds } = parcel;
    if (line === null) {
      this.gone = true;
      this.world.run(to.node, [], () => to.end('Connection closed'));
    } else if (!to.deaf && to.link !== null) {
      this.world.trace(from.node, to.node, line);
      this.world.flights.arrive(deeds, to.node.name);
      this.world.run(to.node, deeds, () => to.link?.take(line));
    }
    this.world.flights.drop(deeds);
  }

  /** It is cut: what is under way is lost, and each end notices at its own time. */
  cut(why: string): void {
    if (this.gone) return;
    this.gone = true;
    for (const end of [this.caller, this.called]) {
      end.lose();
      end.closed = true;
      end.deaf = true;
      const { node } = end;
      this.world.after(this.world.random.below(NOTICE_MS), node, [], () => end.end(why));
    }
  }

  /** Nothing arrives for a while; what is sent meanwhile waits. */
  standStill(ms: number): void {
    this.#stillUntilMs = this.#clock.monotonic() + ms;
  }
}
