import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cidrContains, parseAddress, parseCidr } from './ip-address.ts';
import { NetworkIndex } from './network-index.ts';

const groupsOf = (text: string) => parseAddress(text) as NonNullable<ReturnType<typeof parseAddress>>;
const blockOf = (text: string) => parseCidr(text) as NonNullable<ReturnType<typeof parseCidr>>;

it('finds the same networks as looking at each of them', () => {
  const octet = fc.integer({ min: 0, max: 3 });
  const address = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
  const network = fc
    .tuple(address, fc.integer({ min: 0, max: 32 }))
    .map(([text, length]) => blockOf(`${text}/${length}`));
  fc.assert(
    fc.property(
      fc.array(network, { maxLength: 30 }),
      fc.array(fc.nat(29)),
      address,
      (blocks, removed, asked) => {
        const index = new NetworkIndex<number>();
        blocks.forEach((block, at) => {
          index.add(block, at);
        });
        for (const at of removed) {
          const block = blocks[at];
          if (block !== undefined) index.delete(block, at);
        }
        const expected = blocks.flatMap((block, at) =>
          !removed.includes(at) && cidrContains(block, groupsOf(asked)) ? [at] : [],
        );
        expect([...index.holding(groupsOf(asked))].sort((a, b) => a - b)).toEqual(expected);
      },
    ),
  );
});

it('tells IPv6 networks apart', () => {
  const index = new NetworkIndex<string>();
  index.add(blockOf('2001:db8::/32'), 'documentation');
  index.add(blockOf('2001:db8:1::/48'), 'smaller');
  expect([...index.holding(groupsOf('2001:db8:1::5'))].sort()).toEqual(['documentation', 'smaller']);
  expect([...index.holding(groupsOf('2001:db9::1'))]).toEqual([]);
});
