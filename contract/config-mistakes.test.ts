import { describe, expect, it } from 'vitest';
import { asOneError, eachMistake, MistakeCollector } from './config-mistakes.ts';
import { SignalboxError, toWireError, type WireError } from './errors.ts';

const mistake = (key: string): WireError => ({
  code: 'config_invalid',
  message: `${key} is wrong`,
  detail: { key },
});
const thrown = (key: string) => () => {
  throw new SignalboxError('config_invalid', `${key} is wrong`, { detail: { key } });
};

describe('several mistakes of a configuration', () => {
  it('cross the link as one error and are taken apart again', () => {
    expect(asOneError([])).toBeNull();
    expect(asOneError([mistake('a')])).toEqual(mistake('a'));
    const one = asOneError([mistake('a'), { code: 'config_invalid', message: 'no key' }]) as WireError;
    expect(one).toMatchObject({
      code: 'config_invalid',
      message: 'a is wrong; no key',
      detail: { key: 'a' },
    });
    expect(eachMistake(one)).toEqual([
      mistake('a'),
      { code: 'config_invalid', message: 'no key', detail: {} },
    ]);
    expect(eachMistake(mistake('a'))).toEqual([mistake('a')]);
  });

  it('are all gathered, also from a look that found several itself; anything else ends it', async () => {
    const mistakes = new MistakeCollector();
    const inner = new MistakeCollector();
    await inner.attempt(thrown('b'));
    await inner.attempt(thrown('c'));
    expect(await mistakes.attempt(thrown('a'))).toBeNull();
    expect(await mistakes.attempt(() => inner.settle())).toBeNull();
    expect(await mistakes.attempt(() => 5)).toBe(5);
    const told = (() => {
      try {
        return mistakes.settle();
      } catch (error) {
        return eachMistake(toWireError(error));
      }
    })();
    expect(told).toEqual([mistake('a'), mistake('b'), mistake('c')]);
    await expect(mistakes.attempt(() => Promise.reject(new Error('defect')))).rejects.toThrow('defect');
  });
});
