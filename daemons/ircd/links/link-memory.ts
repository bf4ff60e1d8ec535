/**
 * Sees to it that what other servers bring does not fill the memory: users, channels and masks have no limit of their own, because
 * servers that do not keep the same ones are no network. Asked by link-network.ts every few thousand lines.
 */
import { getHeapStatistics } from 'node:v8';
import { limits } from '../limits.ts';

/** What memory for objects there is, in bytes. */
export interface Heap {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** Of this process. */
export function heapOfProcess(): Heap {
  const { used_heap_size: usedBytes, heap_size_limit: limitBytes } = getHeapStatistics();
  return { usedBytes, limitBytes };
}

/** Who says something. */
export interface Talker {
  readonly traffic: { readonly bytesIn: number };
}

/** While less than this part of the limit is used nobody is to blame for anything. */
const CALM = 1 / 3;

/** Nor for what was said longer ago than this, in milliseconds: a server that stays for months says more than any other. */
const FORGIVEN_MS = 3_600_000;

/** How long memory takes to come back when a server is gone, in milliseconds. */
const GRACE_MS = 30_000;

export class LinkMemory<Link extends Talker> {
  readonly #heap: () => Heap;
  /** Bytes that each had said when there was room last. */
  #calm = new Map<Link, number>();
  #calmAtMs = Number.NEGATIVE_INFINITY;
  #graceUntilMs = Number.NEGATIVE_INFINITY;

  constructor(heap: () => Heap) {
    this.#heap = heap;
  }

  /**
   * Which link has to end; null for none.
   * @param nowMs of a clock that never jumps.
   */
  offender(links: readonly Link[], nowMs: number): Link | null {
    const { usedBytes, limitBytes } = this.#heap();
    const full = limitBytes * limits.linkHeapShare.default;
    if (usedBytes < full * CALM || nowMs >= this.#calmAtMs + FORGIVEN_MS) {
      this.#calm = new Map(links.map((link) => [link, link.traffic.bytesIn]));
      this.#calmAtMs = nowMs;
    }
    if (usedBytes < full || nowMs < this.#graceUntilMs) return null;
    let worst: Link | null = null;
    let most = -1;
    for (const link of links) {
      const said = link.traffic.bytesIn - (this.#calm.get(link) ?? 0);
      if (said > most) [worst, most] = [link, said];
    }
    if (worst !== null) this.#graceUntilMs = nowMs + GRACE_MS;
    return worst;
  }
}
