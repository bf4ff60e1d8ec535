/** Whose users wait longest now: one figure for all daemons, as percentiles cannot be added up. */
import type { ManifestDescription } from '../../contract/manifest.ts';
import type { HostModel } from '../model/host-model.ts';
import { reading } from '../samples/process-reading.ts';

/** A daemon and the p99 of what its users wait for, in seconds. */
export interface Latency {
  readonly id: string;
  readonly seconds: number;
}

/** The longest among these daemons of a host; null where none of them measures it, or has measured any yet. */
export function worstLatency(host: HostModel, manifests: readonly ManifestDescription[]): Latency | null {
  let worst: Latency | null = null;
  for (const { id, highlights } of manifests) {
    const seconds = reading(host.source(id), highlights.latency);
    if (seconds > (worst?.seconds ?? 0)) worst = { id, seconds };
  }
  return worst;
}
