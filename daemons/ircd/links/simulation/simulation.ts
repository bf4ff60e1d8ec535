/**
 * Five servers in one process, with a clock, a network and users that follow from a seed. They are parted, restarted and
 * overrun while their users do what users do; once everything is connected again, all have to know the same. Run by
 * simulation.test.ts and `npm run bench -- links`.
 */
import { liftJupes } from './sim-operators.ts';
import { SimPeople } from './sim-people.ts';
import { pairOf, SimWorld } from './sim-world.ts';
import { disagreements } from './snapshot.ts';

/** How long users act before everything is connected again, at most. */
const MOST_SECONDS = 40;
/** How long the network has to become whole. */
const WHOLE_SECONDS = 1_800;

/** What came of a seed. */
export interface SimulationResult {
  readonly seed: number;
  /** In words; empty where all servers agreed. */
  readonly failures: readonly string[];
  /** What happened, one line each; empty where it was not asked for. */
  readonly log: readonly string[];
  readonly deeds: number;
}

/** Runs one seed. While it does, the time of the process is that of the simulation. */
export async function simulate(seed: number, trace = false): Promise<SimulationResult> {
  const log: string[] | null = trace ? [] : null;
  const systemNow = Date.now;
  let simulation: Simulation | null = null;
  Date.now = () => simulation?.world.now() ?? 0;
  try {
    simulation = new Simulation(seed, log);
    const failures = await simulation.run();
    return { seed, failures, log: log ?? [], deeds: simulation.people.count };
  } finally {
    simulation?.world.close();
    Date.now = systemNow;
  }
}

class Simulation {
  readonly world: SimWorld;
  readonly people: SimPeople;

  constructor(seed: number, log: string[] | null) {
    this.world = new SimWorld(seed, log);
    this.people = new SimPeople(this.world);
  }

  async run(): Promise<string[]> {
    const { random } = this.world;
    await this.#live(random.between(5, MOST_SECONDS), 0.08);
    const first = await this.#heal();
    if (first.length > 0) return ['after the first time of troubles:', ...first];
    this.world.healed = false;
    this.#part();
    await this.#live(random.between(1, 10), 0);
    const second = await this.#heal();
    return second.length > 0 ? ['after one more split:', ...second] : [];
  }

  /** Users do things for a while, and in some of the steps something goes wrong. */
  async #live(seconds: number, trouble: number): Promise<void> {
    const { clock, random } = this.world;
    const endMs = clock.monotonic() + seconds * 1000;
    const mostMs = random.pick([50, 300, 1_000]);
    while (clock.monotonic() < endMs) {
      if (random.chance(trouble)) this.#disturb();
      else this.people.act();
      await this.#pass(random.chance(0.3) ? 0 : random.below(mostMs));
    }
  }

  #disturb(): void {
    const { world } = this;
    const { random, nodes } = world;
    const wires = world.open;
    const kind = random.below(10);
    if (kind < 4 && wires.length > 0) {
      const wire = random.pick(wires);
      world.say(`the connection ${wire.name} is cut`);
      if (random.chance(0.7)) this.#keepApart(pairOf(wire.caller.node, wire.called.node));
      wire.cut('Connection lost');
    } else if (kind < 7 && wires.length > 0) {
      const wire = random.pick(wires);
      const ms = random.between(500, 30_000);
      world.say(`the connection ${wire.name} stands still for ${ms} ms`);
      wire.standStill(ms);
    } else if (kind < 9) {
      const node = random.pick(nodes);
      if (node.up) world.restart(node);
    } else {
      const node = random.pick(nodes);
      const server = random.pick([...node.state.servers.values()]);
      if (!node.up || server === node.state.me) return;
      world.say(`an operator at ${node.name} lets ${server.name} go`);
      world.run(node, [], () => node.desk.network.letGo(server, node.state.me, 'by hand'));
    }
  }

  #keepApart(pair: string): void {
    const { world } = this;
    world.parted.add(pair);
    world.clock.after(world.random.between(1_000, 20_000), () => world.parted.delete(pair));
  }

  /** One connection is lost, or all are. */
  #part(): void {
    const { world } = this;
    const wires = world.open;
    const some = world.random.chance(0.5) ? wires : wires.slice(0, 1);
    world.say(`cut: ${some.map(({ name }) => name).join(' ')}`);
    for (const wire of some) {
      this.#keepApart(pairOf(wire.caller.node, wire.called.node));
      wire.cut('Connection lost');
    }
  }

  /** Nothing is in the way any more. @returns where servers disagree once all is told */
  async #heal(): Promise<string[]> {
    const { world } = this;
    world.say('everything is connected again');
    world.parted.clear();
    world.healed = true;
    const untilMs = world.clock.monotonic() + WHOLE_SECONDS * 1000;
    while (!this.#whole()) {
      if (world.clock.monotonic() > untilMs) return [`not whole after ${WHOLE_SECONDS} s`];
      // Also those that one brings along that was away.
      for (const node of world.nodes) if (node.up) world.run(node, [], () => liftJupes(node));
      await this.#pass(1_000);
    }
    for (const node of world.nodes) node.check();
    return [...world.faults, ...disagreements(world.nodes)];
  }

  /** Whether every server knows of all, and nothing is on its way. */
  #whole(): boolean {
    const { nodes, open } = this.world;
    if (nodes.some(({ up, state, busy }) => !up || busy || state.servers.size !== nodes.length)) return false;
    if (open.some(({ waiting }) => waiting > 0)) return false;
    return nodes.every((node) =>
      node.links.every(({ link, wire }) => link?.state === 'linked' && !wire.gone),
    );
  }

  async #pass(ms: number): Promise<void> {
    const { world } = this;
    const untilMs = world.clock.monotonic() + ms;
    while (world.clock.step(untilMs)) if (world.unsettled) await world.settle();
  }
}
