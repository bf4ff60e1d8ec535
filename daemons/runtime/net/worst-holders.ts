/**
 * Who has to go when all clients of a daemon together hold too much memory. Used by the network path of each daemon that
 * keeps such a total.
 */

/** What one connection holds. */
export interface Holder<Owner> {
  readonly owner: Owner;
  /** What stands for the address, or /64 of IPv6, that answers for it. */
  readonly network: unknown;
  readonly bytes: number;
}

/**
 * Who has to go for `bytes` to be free, the worst first: of the network that holds most the client that holds most, and
 * so on with what is left. An address with a thousand clients that hold little each goes before a single client
 * elsewhere that holds more than any of them.
 */
export function worstHolders<Owner>(holders: readonly Holder<Owner>[], bytes: number): Owner[] {
  const networks = new Map<unknown, Holder<Owner>[]>();
  for (const holder of holders) {
    const others = networks.get(holder.network);
    if (others === undefined) networks.set(holder.network, [holder]);
    else others.push(holder);
  }
  // What a client's network holds when its turn comes is what it and the smaller ones there hold together.
  const ranked: { readonly holder: Holder<Owner>; readonly weight: number }[] = [];
  for (const members of networks.values()) {
    members.sort((a, b) => a.bytes - b.bytes);
    let weight = 0;
    for (const holder of members) {
      weight += holder.bytes;
      ranked.push({ holder, weight });
    }
  }
  ranked.sort((a, b) => b.weight - a.weight);
  const chosen: Owner[] = [];
  let freed = 0;
  for (const { holder } of ranked) {
    if (freed >= bytes) break;
    chosen.push(holder.owner);
    freed += holder.bytes;
  }
  return chosen;
}
