import { describe, expect, it, test } from 'vitest';
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

  test.each<[string, unknown, readonly (readonly [string, string])[]]>([
    ['a table within a table', { a: { b: { c: 1 } } }, [['a.b.c', '1']]],
    ['an empty table', { a: {} }, [['a', '{}']]],
    ['nothing at all', {}, []],
    ['what is not set', { a: null }, [['a', 'null']]],
    [
      'zero and nothing',
      { a: 0, b: '', c: false },
      [
        ['a', '0'],
        ['b', ''],
        ['c', 'false'],
      ],
    ],
    [
      'a list of tables and values',
      { a: [1, { b: 2 }, null] },
      [
        ['a[0]', '1'],
        ['a[1].b', '2'],
        ['a[2]', 'null'],
      ],
    ],
    [
      'a list of lists',
      { a: [['x', 'y'], []] },
      [
        ['a[0]', 'x, y'],
        ['a[1]', '[]'],
      ],
    ],
    ['a list with nothing in it', { a: [null, 1] }, [['a', 'null, 1']]],
    ['a value alone', 7, [['', '7']]],
  ])('%s', (_, value, lines) => {
    expect(flattenSettings(value)).toEqual(lines);
  });
});
