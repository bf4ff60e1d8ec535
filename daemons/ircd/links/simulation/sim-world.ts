/**
 * For the simulated network: its servers, the connections between them, and what may go wrong. Everything follows from the
 * seed, the time included: a run can be had again by its number.
 */
import type { Timer } from '../../../../kit/clock.ts';
import type { LinkBlock } from '../link-block.ts';
import type { LinkCarrier } from '../link-call.ts';
import { blockFor } from '../memory-links.ts';
import { DeedFlights } from './deed-flights.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimClock } from './sim-clock.ts';
import { SimNode } from './sim-node.ts';
import { SimWire } from './sim-wire.ts';

const SERVERS = 5;
/** How long a server is away that is started anew. */
const AWAY_MS = 4_000;
const NOBODY: readonly number[] = [];
/** Pings say nothing of the network's state. */
const PULSE = /^\S+ [GZ] /;

export class SimWorld {
  readonly clock = new SimClock();
  readonly flights = new DeedFlights();
  readonly random: SeededRandom;
  readonly nodes: SimNode[] = [];
  readonly wires = new Set<SimWire>();
  /** What happened, one line each; null where nobody reads it. */
  readonly log: string[] | null;
  /** Deeds that what happens now comes from. */
  deeds: readonly number[] = NOBODY;
  /** Whether promises have to settle before the next event. */
  unsettled = false;
  /** Whether nothing goes wrong any more. */
  healed = false;
  /** Pairs of servers that cannot be connected now. */
  readonly parted = new Set<string>();
  /** What went wrong beside what servers disagree on. */
  readonly faults: string[] = [];
  /** Whether there are owners, the protected and halfops. */
  readonly ranks: boolean;
  #at: SimNode | null = null;

  constructor(seed: number, log: string[] | null) {
    this.random = new SeededRandom(seed);
    this.ranks = this.random.chance(0.8);
    this.log = log;
    const calls = this.#calls();
    for (let i = 0; i < SERVERS; i++) this.nodes.push(new SimNode(this, nameOf(i), i + 1, calls[i]!));
  }

  /** The time as the server has it that does something. */
  now(): number {
    return this.clock.now() + (this.#at?.skewMs ?? 0);
  }

  /** Who calls whom: a tree, and sometimes ways beside it; one side calls or both. */
  #calls(): LinkBlock[][] {
    const { random } = this;
    const blocks: LinkBlock[][] = Array.from({ length: SERVERS }, () => []);
    const order = random.shuffled([...blocks.keys()]);
    const pairs: [number, number][] = [];
    for (let i = 1; i < SERVERS; i++) pairs.push([order[i]!, order[random.below(i)]!]);
    for (let more = random.pick([0, 0, 1, 2]); more > 0; more--) {
      const [a, b] = random.shuffled(order);
      if (!pairs.some((pair) => pair.includes(a!) && pair.includes(b!))) pairs.push([a!, b!]);
    }
    for (const [a, b] of pairs) {
      const both = random.chance(0.5);
      blocks[a]!.push(blockFor(nameOf(b), { autoconnect: true }));
      blocks[b]!.push(blockFor(nameOf(a), { autoconnect: both }));
    }
    return blocks;
  }

  /** Does something on a server in the name of deeds. */
  run(node: SimNode, deeds: readonly number[], what: () => void): void {
    const [at, before] = [this.#at, this.deeds];
    this.#at = node;
    this.deeds = node.carried(deeds);
    try {
      node.run(deeds, what);
    } finally {
      this.#at = at;
      this.deeds = before;
    }
  }

  after(ms: number, node: SimNode, deeds: readonly number[], what: () => void): Timer {
    return this.clock.after(ms, () => this.run(node, deeds, what));
  }

  /** A server calls another, and is connected unless there is no way now. */
  dial(from: SimNode, block: LinkBlock): Promise<LinkCarrier> {
    return new Promise((resolve, reject) => {
      const connect = () => {
        this.unsettled = true;
        const to = this.nodes.find(({ name }) => name === block.name)!;
        if (!from.up || !to.up || this.parted.has(pairOf(from, to))) {
          reject(new Error('connection refused'));
          return;
        }
        // What would cross with a burst is let arrive first.
        if (this.flights.setting) {
          this.clock.after(50, connect);
          return;
        }
        const wire = new SimWire(this, from, to);
        this.wires.add(wire);
        this.say(`${from.name} calls ${to.name}`);
        const burst = this.flights.begin('', { changes: ['burst'], long: true });
        this.flights.carry([burst]);
        this.run(to, [burst], () => to.desk.accept(wire.called));
        // Who has called goes on when the promise is settled.
        this.clock.after(0, () => this.flights.drop([burst]));
        this.run(from, [burst], () => resolve(wire.caller));
        if (!this.healed && this.random.chance(0.15)) this.#cutSoon(wire);
        this.#calling = { node: from, burst };
      };
      this.clock.after(this.random.below(300), connect);
    });
  }

  /** Most likely while both still tell what they know. */
  #cutSoon(wire: SimWire): void {
    this.clock.after(this.random.below(1_500), () => {
      if (this.healed || wire.gone) return;
      this.say(`the connection ${wire.name} is cut soon after it was made`);
      wire.cut('Connection lost');
    });
  }

  #calling: { readonly node: SimNode; readonly burst: number } | null = null;

  /** Lets promises settle, in the name of whoever has called. */
  async settle(): Promise<void> {
    this.unsettled = false;
    const calling = this.#calling;
    this.#calling = null;
    if (calling !== null) {
      this.#at = calling.node;
      this.deeds = [calling.burst];
    }
    for (let i = 0; i < 8; i++) await null;
    this.#at = null;
    this.deeds = NOBODY;
  }

  /** Connections over which something may still come. */
  get open(): SimWire[] {
    for (const wire of this.wires) if (wire.gone && wire.waiting === 0) this.wires.delete(wire);
    return [...this.wires].filter(({ gone }) => !gone);
  }

  /** A server ends at once, and comes back after a while; sometimes with its channels. */
  restart(node: SimNode): void {
    const { channels: all, bans } = node.crash();
    for (const wire of this.open) if (wire.joins(node)) wire.cut('Connection reset');
    const channels = this.random.chance(0.5) ? all : [];
    this.say(`${node.name} ends; it will have ${channels.length} channels`);
    this.clock.after(this.random.between(100, AWAY_MS), () => {
      this.say(`${node.name} is back`);
      this.run(node, NOBODY, () => node.start({ channels, bans }));
    });
  }

  /** Something that must not happen. */
  fault(node: SimNode, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.say(`${node.name} fails: ${text}`);
    this.faults.push(`${node.name} fails: ${text}`);
  }

  trace(from: SimNode, to: SimNode, line: string): void {
    if (this.log !== null && !PULSE.test(line)) this.say(`${from.name}>${to.name} ${line}`);
  }

  say(what: string): void {
    this.log?.push(`${(this.clock.monotonic() / 1000).toFixed(3).padStart(9)} ${what}`);
  }

  close(): void {
    for (const node of this.nodes) if (node.up) this.run(node, NOBODY, () => node.close());
  }
}

export function pairOf(a: SimNode, b: SimNode): string {
  return [a.name, b.name].sort().join(' ');
}

function nameOf(index: number): string {
  return `${'abcde'[index]}.test`;
}
