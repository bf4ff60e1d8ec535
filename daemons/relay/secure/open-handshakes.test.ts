/** Places of handshakes: nobody has more than its own, all have no more than there are, and who has most gives way. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type HandshakePlace, OpenHandshakes } from './open-handshakes.ts';

it('keeps both limits whoever comes and goes, and takes from nobody who has no more than the newcomer', () => {
  const step = fc.record({ network: fc.constantFrom('a', 'b', 'c', 'd'), leaves: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (steps, all) => {
      const most = 3;
      const open = new OpenHandshakes({ max_handshakes: all });
      const here: HandshakePlace[] = [];
      const of = (network: string) => here.filter((place) => place.network === network).length;
      const gone = (place: HandshakePlace) => {
        here.splice(here.indexOf(place), 1);
        open.leave(place);
        open.leave(place);
      };
      for (const { network, leaves } of steps) {
        const before = [...here];
        const had = of(network);
        const place = open.enter(network, most, () => gone(place!));
        const evicted = before.filter((other) => !here.includes(other));
        if (place !== null) here.push(place);
        const full = before.length === all;
        const worst = Math.max(
          ...before.map((other) => before.filter((one) => one.network === other.network).length),
        );
        expect(place !== null).toBe(had < most && (!full || worst > had));
        expect(evicted).toHaveLength(place !== null && full ? 1 : 0);
        for (const other of evicted) {
          const own = before.filter((one) => one.network === other.network);
          expect([own.length, own[0]]).toEqual([worst, other]);
        }
        expect(open.size).toBe(here.length);
        expect(open.networks).toBe(new Set(here.map((one) => one.network)).size);
        expect(open.full).toBe(here.length === all);
        if (leaves < here.length) gone(here[leaves]!);
      }
    }),
  );
});

it('does not let a newcomer in where nobody really gives way', () => {
  const open = new OpenHandshakes({ max_handshakes: 2 });
  for (let i = 0; i < 2; i++) open.enter('a', 9, () => {});
  expect(open.enter('b', 9, () => {})).toBeNull();
  expect(open.size).toBe(2);
});
