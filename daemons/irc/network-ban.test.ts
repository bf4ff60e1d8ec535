/** Which of two changes of a ban counts, on whatever server they meet. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BanChange, changed, type KeptBan } from './network-ban.ts';

type NetworkBan = KeptBan<'gline' | 'jupe'>;
type NetworkBanChange = BanChange<'gline' | 'jupe'>;

const NOW = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

const ban = (more: Partial<NetworkBan> = {}): NetworkBan => ({
  kind: 'gline',
  mask: '*@bad.test',
  reason: 'spam',
  by: 'hub.test',
  setMs: NOW,
  active: true,
  changedSeconds: 100,
  expiresMs: NOW + HOUR,
  keptMs: NOW + 2 * HOUR,
  ...more,
});

const said = (more: Partial<NetworkBanChange> = {}): NetworkBanChange => ({
  kind: 'gline',
  mask: '*@bad.test',
  active: true,
  changedSeconds: 101,
  expiresMs: NOW + HOUR,
  keptMs: null,
  reason: 'why',
  by: 'far.test',
  ...more,
});

describe('a change of a ban of the network', () => {
  it('counts where it is newer than what is known', () => {
    expect(changed(ban(), said({ active: false }), NOW)).toEqual({
      ...ban(),
      active: false,
      changedSeconds: 101,
      reason: 'why',
      by: 'far.test',
    });
    expect(changed(ban(), said({ changedSeconds: 100, reason: 'spam' }), NOW)).toBe('same');
    expect(changed(ban(), said({ changedSeconds: 99 }), NOW)).toBe('older');
  });

  it('of the same second counts where it lifts, or has the reason that sorts last', () => {
    const of = (known: Partial<NetworkBan>, more: Partial<NetworkBanChange>) => {
      const made = changed(ban(known), said({ changedSeconds: 100, ...more }), NOW);
      return typeof made === 'string' ? made : [made.active, made.reason];
    };
    expect(of({}, { active: false, reason: 'a' })).toEqual([false, 'a']);
    expect(of({ active: false }, { reason: 'zzz' })).toBe('older');
    expect(of({}, { reason: 'zzz' })).toEqual([true, 'zzz']);
    expect(of({}, { reason: 'a' })).toBe('older');
    expect(of({}, { active: null, reason: null })).toBe('same');
  });

  it('leaves as it was what it does not say', () => {
    const change = said({ active: null, expiresMs: null, reason: null });
    expect(changed(ban({ active: false }), change, NOW)).toMatchObject({
      active: false,
      reason: 'spam',
      expiresMs: NOW + HOUR,
    });
    expect(changed(undefined, said({ reason: null, active: null }), NOW)).toMatchObject({
      active: true,
      reason: 'No reason given',
      setMs: NOW,
    });
  });

  it('of one that is not known needs to say until when', () => {
    expect(changed(undefined, said({ expiresMs: null }), NOW)).toBe('unknown');
  });

  it('is remembered until its end at least, and never less long than before', () => {
    expect(changed(undefined, said(), NOW)).toMatchObject({ keptMs: NOW + HOUR });
    expect(changed(undefined, said({ keptMs: NOW + 3 * HOUR }), NOW)).toMatchObject({
      keptMs: NOW + 3 * HOUR,
    });
    expect(changed(ban(), said({ keptMs: NOW }), NOW)).toMatchObject({ keptMs: NOW + 2 * HOUR });
    const far = changed(undefined, said({ expiresMs: Number.MAX_SAFE_INTEGER, keptMs: 1e18 }), NOW);
    expect((far as NetworkBan).keptMs).toBe(NOW + 10 * 365 * 24 * HOUR);
  });

  it('does not bring back what is over', () => {
    expect(changed(undefined, said({ expiresMs: NOW }), NOW)).toMatchObject({ active: false });
  });

  it('ends the same on all servers, in whatever order they hear of it', () => {
    const change = fc.record({
      active: fc.boolean(),
      hours: fc.integer({ min: 1, max: 9 }),
      reason: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(
        fc
          .array(change, { minLength: 1, maxLength: 6 })
          .chain((changes) =>
            fc.tuple(
              fc.constant(changes),
              fc.shuffledSubarray([...changes.keys()], { minLength: changes.length }),
            ),
          ),
        ([changes, order]) => {
          const all = changes.map(({ active, hours, reason }, i) =>
            said({ active, reason, expiresMs: NOW + hours * HOUR, changedSeconds: 100 + i }),
          );
          const hear = (list: readonly NetworkBanChange[]) =>
            list.reduce<NetworkBan | undefined>((known, one) => {
              const now = changed(known, one, NOW);
              return typeof now === 'string' ? known : now;
            }, undefined);
          const { keptMs: _a, ...inOrder } = hear(all)!;
          const { keptMs: _b, ...shuffled } = hear(order.map((i) => all[i]!))!;
          expect(shuffled).toEqual(inOrder);
        },
      ),
    );
  });
});
