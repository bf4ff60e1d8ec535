import { describe, expect, it } from 'vitest';
import { flattenSettings } from './flatten-settings.ts';

describe('the settings of a daemon as lines', () => {
  it('name each value by its place', () => {
    expect(
      flattenSettings({
        listen: [{ host: 'h', port: 1 }],
        motd: ['a', 'b'],
        none: [],
        on: true,
        missing: undefined,
      }),
    ).toEqual([
      ['listen[0].host', 'h'],
      ['listen[0].port', '1'],
      ['motd', 'a, b'],
      ['none', '[]'],
      ['on', 'true'],
    ]);
    expect(flattenSettings(undefined)).toEqual([]);
  });
});
