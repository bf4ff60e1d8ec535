import { describe, expect, it } from 'vitest';
import { LocalNumerics } from './local-numerics.ts';
import { Server } from './server.ts';
import { User } from './user.ts';

const me = new Server('here.test', 'of the tests', 'AB');
const someone = () => new User(me, null, '192.0.2.1');

describe('numerics of the users here', () => {
  it('are given out once and found again', () => {
    const numerics = new LocalNumerics('AB');
    const [ann, bob] = [someone(), someone()];
    expect([numerics.of(ann), numerics.of(bob), numerics.of(ann)]).toEqual(['ABAAA', 'ABAAB', 'ABAAA']);
    expect(numerics.find('ABAAB')).toBe(bob);
    expect([numerics.find('ACAAB'), numerics.find('ABAAC'), numerics.find('AB!!!')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are used again as late as possible, and refused when none is left', () => {
    const numerics = new LocalNumerics('AB', 3);
    const [ann, bob, eve, dan] = [someone(), someone(), someone(), someone()];
    numerics.of(ann);
    numerics.free(ann);
    expect(numerics.find('ABAAA')).toBeUndefined();
    expect([numerics.of(bob), numerics.of(eve), numerics.of(dan)]).toEqual(['ABAAB', 'ABAAC', 'ABAAA']);
    expect(() => numerics.of(someone())).toThrow('are taken');
    numerics.free(ann);
    expect(numerics.find('ABAAA')).toBe(dan);
    numerics.free(eve);
    expect(numerics.of(someone())).toBe('ABAAC');
  });
});
