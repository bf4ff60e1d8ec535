/** For the simulated network: one server, its clients, and how it ends and comes back. */
import type { WorkTurnsOptions } from '../../../runtime/async/work-turns.ts';
import { EXTRA_STATUS } from '../../config.ts';
import { recordOf } from '../../journal/channel-record.ts';
import { RestoredChannels } from '../../journal/restored-channels.ts';
import { type MemoryClient, MemoryServer } from '../../memory-server.ts';
import type { NetworkBan } from '../../network-bans/network-ban.ts';
import type { LinkBlock } from '../link-block.ts';
import { LinkDesk } from '../link-desk.ts';
import type { SimEnd } from './sim-wire.ts';
import type { SimWorld } from './sim-world.ts';

/** How long restored channels wait for those who were on them. */
const RESTORED_MS = 300_000;

/** What outlives a server. */
export interface KeptOnDisk {
  /** Records of the journal. */
  readonly channels: readonly unknown[];
  readonly bans: readonly NetworkBan[];
}

export class SimNode {
  readonly name: string;
  readonly numeric: number;
  readonly address: string;
  /** How far its clock is ahead, in milliseconds. */
  readonly skewMs: number;
  readonly #world: SimWorld;
  readonly #work: WorkTurnsOptions;
  readonly #blocks: readonly LinkBlock[];
  /** Deeds of which something is left to do. */
  readonly #begun = new Set<number>();
  irc!: MemoryServer;
  desk!: LinkDesk;
  clients: MemoryClient[] = [];
  up = false;
  #restored: RestoredChannels | null = null;

  constructor(world: SimWorld, name: string, numeric: number, blocks: readonly LinkBlock[]) {
    this.#world = world;
    this.name = name;
    this.numeric = numeric;
    this.address = `192.0.2.${numeric}`;
    this.#blocks = blocks;
    const { random, clock } = world;
    this.skewMs = random.chance(0.5) ? 0 : random.between(-4_000, 4_000);
    // A server that does everything at once, or one that does it in many small turns.
    const sliceMs = random.chance(0.7) ? Number.POSITIVE_INFINITY : random.pick([0.002, 0.02, 0.2]);
    this.#work = {
      turnMs: sliceMs * 4,
      sliceMs,
      now: () => clock.monotonic(),
      schedule: (callback) => this.#later(callback),
      onError: (error) => world.fault(this, error),
    };
    this.start({ channels: [], bans: [] });
  }

  get state() {
    return this.irc.server.state;
  }

  get bans() {
    return this.irc.server.networkBans;
  }

  get busy(): boolean {
    return this.irc.host.work.busy;
  }

  /** The ends of its links that stand, as far as it knows. */
  get links(): SimEnd[] {
    return this.desk.network.links.map(({ transport }) => transport as SimEnd);
  }

  /** Comes up. @param kept of before, as its disk has it */
  start({ channels, bans }: KeptOnDisk): void {
    const { clock, random } = this.#world;
    const config = {
      server_name: this.name,
      numeric: this.numeric,
      channel_status: this.#world.ranks ? [...EXTRA_STATUS] : [],
    };
    this.irc = new MemoryServer(config, null, this.#work);
    this.desk = new LinkDesk(this.irc.server, {
      clock,
      random: () => random.share(),
      dial: (block) => this.#world.dial(this, block),
    });
    this.irc.server.links = this.desk.network;
    this.irc.server.linkControl = this.desk;
    this.up = true;
    for (const ban of bans) this.irc.server.networkBans.set(ban);
    if (channels.length > 0) {
      this.#restored = new RestoredChannels(this.irc.server);
      this.#restored.restore(channels, Date.now(), Date.now() + RESTORED_MS);
    }
    this.desk.configure(this.#blocks);
  }

  /** Is gone at once, with its clients. @returns what its disk has */
  crash(): KeptOnDisk {
    this.check();
    const channels = [...this.state.channels.values()].map(recordOf);
    const bans = this.bans.list();
    this.up = false;
    this.close();
    this.clients = [];
    return { channels, bans };
  }

  /** Does something here in the name of deeds. */
  run(deeds: readonly number[], what: () => void): void {
    what();
    if (this.up && this.busy) this.#keep(deeds);
  }

  /** Deeds that what is done now comes from. */
  carried(deeds: readonly number[]): readonly number[] {
    return this.#begun.size === 0 ? deeds : [...new Set([...deeds, ...this.#begun])];
  }

  /** Notes what a handler could not do. */
  check(): void {
    for (const { event, message } of this.irc.host.logs)
      if (event === 'handler_failed') this.#world.fault(this, message);
  }

  close(): void {
    for (const end of this.links) end.destroy();
    this.irc.server.links = null;
    this.desk.close('the simulation is over');
    this.#restored?.close();
    this.irc.close();
    this.irc.host.work.close();
    this.#forget();
  }

  #keep(deeds: readonly number[]): void {
    for (const id of deeds) {
      if (this.#begun.has(id)) continue;
      this.#begun.add(id);
      this.#world.flights.carry([id]);
    }
  }

  #forget(): void {
    this.#world.flights.drop(this.#begun);
    this.#begun.clear();
  }

  #later(callback: () => void): void {
    const { irc } = this;
    this.#world.clock.after(0, () => {
      if (irc !== this.irc) return;
      this.#world.run(this, [], callback);
      if (!this.busy) this.#forget();
    });
  }
}
