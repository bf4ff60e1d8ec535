import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Holder, worstHolders } from './worst-holders.ts';

/** The same by the definition: again and again the biggest client of the network that holds most. */
function oneByOne(holders: readonly Holder<number>[], bytes: number): number {
  const left = [...holders];
  let freed = 0;
  while (freed < bytes && left.length > 0) {
    const sums = new Map<unknown, number>();
    for (const { network, bytes: held } of left) sums.set(network, (sums.get(network) ?? 0) + held);
    const most = Math.max(...sums.values());
    const worst = left.filter(({ network }) => sums.get(network) === most);
    const biggest = worst.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    freed += biggest.bytes;
    left.splice(left.indexOf(biggest), 1);
  }
  return holders.length - left.length;
}

it('chooses the clients of the address that holds most before a bigger client elsewhere', () => {
  const crowd = Array.from({ length: 10 }, (_, owner) => ({ owner, network: 'a', bytes: 10 + owner }));
  const holders = [{ owner: 99, network: 'b', bytes: 40 }, ...crowd];
  expect(worstHolders(holders, 30)).toEqual([9, 8]);
  expect(worstHolders(holders, 0)).toEqual([]);
  expect(worstHolders(holders, 1_000)).toHaveLength(11);
});

it('frees enough, and takes no more clients than one at a time would', () => {
  const sizes = fc.array(fc.record({ network: fc.nat(4), bytes: fc.integer({ min: 1, max: 100 }) }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(sizes, fc.nat(2_000), (entries, bytes) => {
      // Distinct sums, so that there is one right order.
      const holders = entries.map(({ network, bytes: held }, owner) => ({
        owner,
        network: String(network),
        bytes: held + owner / 1_000 + network / 7,
      }));
      const chosen = worstHolders(holders, bytes);
      expect(chosen).toHaveLength(oneByOne(holders, bytes));
      expect(new Set(chosen).size).toBe(chosen.length);
    }),
  );
});
