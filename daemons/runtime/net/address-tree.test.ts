import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AddressTree } from './address-tree.ts';
import { canonicalCidr } from './canonical-address.ts';
import { type AddressGroups, type CidrBlock, cidrContains, parseAddress, parseCidr } from './ip-address.ts';

interface Network {
  readonly name: string;
}

const groupsOf = (text: string): AddressGroups => {
  const groups = parseAddress(text);
  if (groups === null) throw new Error(`${text} is no address`);
  return groups;
};
const blockOf = (text: string): CidrBlock => {
  const block = parseCidr(text);
  if (block === null) throw new Error(`${text} is no network`);
  return block;
};

/** Few different bits, so that networks hold each other. */
const group = fc.constantFrom(0, 1, 2, 3, 0x8000, 0xffff);
const ipv6 = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .map((groups) => groups.map((g) => g.toString(16)).join(':'));
const octet = fc.constantFrom(0, 1, 2, 128, 255);
const ipv4 = fc.array(octet, { minLength: 4, maxLength: 4 }).map((octets) => octets.join('.'));
const mapped = ipv4.map((text) => `::ffff:${text}`);
const address = fc.oneof(ipv4, mapped, ipv6);
const network = fc.oneof(
  fc.tuple(ipv4, fc.nat(32)),
  fc.tuple(mapped, fc.nat(128)),
  fc.tuple(ipv6, fc.nat(128)),
);

it('finds the networks that hold an address, whatever was added and removed before, as looking at each would', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(network, fc.boolean()), { maxLength: 60 }),
      fc.array(address, { maxLength: 5 }),
      (changes, asked) => {
        const tree = new AddressTree<Network>();
        const kept = new Map<string, { block: CidrBlock; node: number }>();
        for (const [[text, prefix], adds] of changes) {
          const block = blockOf(`${text}/${prefix}`);
          const name = canonicalCidr(block);
          const old = kept.get(name);
          if (adds) {
            const node = tree.nodeOf(block, () => ({ name }));
            if (old !== undefined) expect(node).toBe(old.node);
            kept.set(name, { block, node });
          } else if (old !== undefined) {
            tree.delete(old.node);
            kept.delete(name);
          }
        }
        expect(tree.size).toBe(kept.size);
        for (const [name, { node }] of kept) expect(tree.valueAt(node).name).toBe(name);
        for (const text of [...asked, ...[...kept.values()].map(({ block }) => block.address)]) {
          const found: string[] = [];
          tree.visit(groupsOf(text), ({ name }) => found.push(name));
          const expected = [...kept].filter(([, { block }]) => cidrContains(block, groupsOf(text)));
          expect(found.toSorted()).toEqual(expected.map(([name]) => name).toSorted());
        }
        for (const { node } of kept.values()) tree.delete(node);
        expect(tree.size).toBe(0);
        expect(tree.visit(groupsOf('::1'), () => {})).toBe(0);
      },
    ),
    { numRuns: 1000 },
  );
});

it('goes through a hundred thousand addresses in a few dozen steps, and gives room back', () => {
  const tree = new AddressTree<Network>();
  const nodes: number[] = [];
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 100_000; i++) {
      const text = `${1 + (i % 200)}.${(i >> 3) & 255}.${(i * 7) & 255}.${(i * 31) & 255}`;
      nodes[i] = tree.nodeOf(blockOf(text), () => ({ name: text }));
    }
    expect(Math.max(...nodes.slice(0, 50_000))).toBeLessThan(200_000);
    expect(tree.visit(groupsOf('1.0.0.0'), () => {})).toBeLessThan(40);
    for (const node of new Set(nodes)) tree.delete(node);
    expect(tree.size).toBe(0);
  }
});
