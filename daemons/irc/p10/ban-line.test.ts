import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NetworkBanLine, readGline, readJupe, writeGline, writeJupe } from './ban-line.ts';
import { readLine } from './line.ts';

const NOW = 1_795_853_935;
const gline = (text: string) => readGline(readLine(text, true)!, NOW);
const jupe = (text: string) => readJupe(readLine(text, true)!, NOW);

describe('bans of the network', () => {
  it('say until when they hold and are remembered, and when they were changed', () => {
    expect(gline('ABAAA GL * +*@10.9.8.7 600 1795853935 1795854535 :test gline')).toEqual({
      to: '*',
      sign: '+',
      mask: '*@10.9.8.7',
      expiresSeconds: NOW + 600,
      changedSeconds: 1_795_853_935,
      keptSeconds: 1_795_854_535,
      reason: 'test gline',
    });
    // A date is one.
    expect(gline('AC GL * -*@10.9.8.7 1795854516 1795853937 1795854537 :x')).toMatchObject({
      sign: '-',
      expiresSeconds: 1_795_854_516,
    });
  });

  it('may say less', () => {
    expect(gline('AF GL * +*@a.test 60 5 :why')).toMatchObject({ keptSeconds: null, reason: 'why' });
    expect(gline('AF GL * +*@a.test 60 5 77')).toMatchObject({ keptSeconds: 77, reason: null });
    expect(gline('AF GL * !-*@a.test 5')).toMatchObject({
      sign: '-',
      mask: '*@a.test',
      changedSeconds: 5,
      expiresSeconds: null,
    });
    expect(gline('AF GL * *@a.test 60 5')).toMatchObject({ sign: '', changedSeconds: 5, reason: null });
    expect(gline('AF GL AB >*@a.test')).toMatchObject({ to: 'AB', sign: '>', changedSeconds: 0 });
  });

  it('of servers say how long they last', () => {
    expect(jupe('ABAAA JU * -jupe.test 598 1795853942 :juped')).toEqual({
      to: '*',
      active: false,
      mask: 'jupe.test',
      expiresSeconds: NOW + 598,
      changedSeconds: 1_795_853_942,
      reason: 'juped',
    });
  });

  it.each(['AC GL', 'AC GL * +', 'AC GL * !'])('are refused in words: %s', (text) => {
    expect(gline(text)).toContain('GL needs');
  });
  it.each(['AC JU', 'AC JU * +', 'AC JU * +a.test 5', 'AC JU * +a.test 5 5'])(
    'of servers are refused in words: %s',
    (text) => {
      expect(jupe(text)).toContain('JU needs');
    },
  );

  it('come back from what was written', () => {
    const ban = fc.record({
      active: fc.boolean(),
      mask: fc.stringMatching(/^[a-z*?]{1,9}@[a-z0-9.*]{1,30}$/),
      expiresSeconds: fc.integer({ min: NOW, max: NOW + 1_000_000 }),
      changedSeconds: fc.integer({ min: 1, max: NOW }),
      keptSeconds: fc.integer({ min: NOW, max: NOW + 2_000_000 }),
      reason: fc.stringMatching(/^[ -~]{0,80}$/),
    });
    fc.assert(
      fc.property(ban, (one: NetworkBanLine) => {
        const { active, ...same } = one;
        const sign = active ? '+' : '-';
        expect(gline(writeGline('AB', one, NOW))).toEqual({ to: '*', sign, ...same });
        const { keptSeconds: _kept, ...said } = one;
        expect(jupe(writeJupe('AB', one, NOW))).toEqual({ to: '*', ...said });
      }),
    );
  });
});
