/**
 * Trust on first use: the first identity that takes a peer id in a sealed session is the one that has it from then on. Another
 * that asks for it is turned away, or takes it over with a warning, as the operator likes. Kept in one file; asked at every hello.
 */
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SavedFile } from '../../runtime/files/saved-file.ts';
import type { Counts } from '../../runtime/telemetry/counted-instrument.ts';
import type { SubsystemLogger } from '../../runtime/telemetry/logger.ts';
import { isIdentityText } from '../noise/identity.ts';

/** How long a change may wait for others to be written with it. */
const SAVE_MS = 1_000;

const peerSchema = z.object({
  peer: z.string(),
  identity: z.string().refine(isIdentityText),
  /** Unix times in milliseconds. */
  firstSeen: z.number(),
  lastSeen: z.number(),
});
const fileSchema = z.object({ version: z.literal(1), peers: z.array(peerSchema) });

/** Who has a peer id. */
export type KnownPeer = Readonly<z.output<typeof peerSchema>>;

/** What a peer id is to an identity. */
export type Claim = 'new' | 'same' | 'changed';

/** The numbers in force. */
interface KnownLimits {
  readonly known_peers: number;
  readonly peer_ids_per_identity: number;
}

export class KnownPeers {
  readonly #file: SavedFile;
  #limits: KnownLimits;
  readonly #log: Pick<SubsystemLogger, 'error'>;
  /** By peer id, the one seen longest ago first. */
  readonly #peers = new Map<string, KnownPeer>();
  /** How many each identity has. */
  readonly #owned = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #unsaved = false;
  #failed = false;
  #evicted = 0;

  private constructor(file: SavedFile, limits: KnownLimits, log: Pick<SubsystemLogger, 'error'>) {
    this.#file = file;
    this.#limits = limits;
    this.#log = log;
  }

  /** Reads what a data folder has. A damaged file is set aside, and the log says so: everybody is new then. */
  static async open(
    dataDir: string,
    limits: KnownLimits,
    log: Pick<SubsystemLogger, 'error'>,
  ): Promise<KnownPeers> {
    const file = new SavedFile(join(dataDir, 'known-peers.json'));
    const known = new KnownPeers(file, limits, log);
    let text: string;
    try {
      text = await readFile(file.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return known;
      throw error;
    }
    try {
      const { peers } = fileSchema.parse(JSON.parse(text));
      for (const peer of peers.sort((a, b) => a.lastSeen - b.lastSeen)) known.#put(peer);
    } catch {
      const aside = `${file.path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
      await rename(file.path, aside);
      log.error(
        'known_peers_damaged',
        `${file.path} is damaged and was kept as ${aside}; whose a peer id is will be learned anew.`,
      );
    }
    return known;
  }

  /** Has other numbers, which may change in place, in force. */
  limitBy(limits: KnownLimits): void {
    this.#limits = limits;
  }

  /** Changes on their way to the disk. */
  get counts(): Counts<'batcher'> {
    return this.#file.counts;
  }

  /** Peer ids that are known, of how many, and those that gave way to newer ones. */
  readonly instrument = (): Counts<'cache'> => ({
    depth: this.#peers.size,
    capacity: this.#limits.known_peers,
    evicted: this.#evicted,
  });

  get size(): number {
    return this.#peers.size;
  }

  /** All of them, those seen last first. */
  all(): readonly KnownPeer[] {
    return [...this.#peers.values()].reverse();
  }

  get(peer: string): KnownPeer | undefined {
    return this.#peers.get(peer);
  }

  claim(peer: string, identity: string): Claim {
    const known = this.#peers.get(peer);
    if (known === undefined) return 'new';
    return known.identity === identity ? 'same' : 'changed';
  }

  /** Whether an identity may have one peer id more. */
  mayHaveMore(identity: string): boolean {
    return (this.#owned.get(identity) ?? 0) < this.#limits.peer_ids_per_identity;
  }

  /** The identity has the peer id from here on. */
  learn(peer: string, identity: string, now: number): void {
    const known = this.#peers.get(peer);
    const same = known?.identity === identity;
    if (known !== undefined) this.#take(known);
    while (this.#peers.size >= this.#limits.known_peers) {
      const [oldest] = this.#peers.values();
      if (oldest === undefined) break;
      this.#take(oldest);
      this.#evicted++;
    }
    this.#put({ peer, identity, firstSeen: same ? known.firstSeen : now, lastSeen: now });
    // When somebody was seen last may wait for the next change.
    this.#unsaved = true;
    if (!same) this.#saveSoon();
  }

  /** Whose the peer id is will be learned anew; answers whose it was. */
  forget(peer: string): KnownPeer | null {
    const known = this.#peers.get(peer);
    if (known === undefined) return null;
    this.#take(known);
    this.#unsaved = true;
    this.#saveSoon();
    return known;
  }

  /** Writes what is not on disk yet. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#unsaved) await this.#save();
    await this.#file.settled();
  }

  #put(known: KnownPeer): void {
    this.#peers.set(known.peer, known);
    this.#owned.set(known.identity, (this.#owned.get(known.identity) ?? 0) + 1);
  }

  #take(known: KnownPeer): void {
    this.#peers.delete(known.peer);
    const left = (this.#owned.get(known.identity) ?? 1) - 1;
    if (left > 0) this.#owned.set(known.identity, left);
    else this.#owned.delete(known.identity);
  }

  #saveSoon(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#save();
    }, SAVE_MS);
    this.#timer.unref();
  }

  async #save(): Promise<void> {
    this.#unsaved = false;
    try {
      await this.#file.save(() => `${JSON.stringify({ version: 1, peers: [...this.#peers.values()] })}\n`);
      this.#failed = false;
    } catch (error) {
      this.#unsaved = true;
      if (!this.#failed)
        this.#log.error(
          'known_peers_not_saved',
          `Whose a peer id is could not be written to ${this.#file.path} (${(error as Error).message}); it is tried again with the next change.`,
        );
      this.#failed = true;
    }
  }
}
