/** The limits of the relay as operators read them: what they begin with, how far each may be set, and which a class may have of its own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { limitNumber, relayConfig } from './config.ts';
import { FIXED_LIMITS, LIMIT_NAMES, LIMITS, type LimitName } from './limits.ts';
import { manifest } from './manifest.ts';

const page = async (name: string) => await readFile(join(import.meta.dirname, '../../docs', name), 'utf8');

it('sets no limit beyond the range that the reference states, in the configuration and by command', async () => {
  const reference = await page('reference/relay.md');
  const ranges = [...reference.matchAll(/^\| `(\w+)` \| integer from (\d+) to (\d+) \| no \| /gm)].filter(
    ([, name]) => LIMIT_NAMES.includes(name as LimitName),
  );
  expect(ranges.map(([, name]) => name)).toEqual(LIMIT_NAMES);
  for (const [, name, least, most] of ranges) {
    const takes = (value: number) => [
      limitNumber(name as LimitName).safeParse(value).success,
      manifest.commands['set-limits'].args.safeParse({ [name!]: value }).success,
      // A limit that does not go with the others is another mistake.
      !relayConfig
        .safeParse({ [name!]: value })
        .error?.issues.some(({ code, path }) => code !== 'custom' && path[0] === name),
    ];
    const [low, high] = [Number(least), Number(most)];
    expect([name, ...[low - 1, low, high, high + 1].map(takes)]).toEqual([
      name,
      [false, false, false],
      [true, true, true],
      [true, true, true],
      [false, false, false],
    ]);
  }
});

it('begins with the limits that the page of limits states', async () => {
  const [, relay = ''] = (await page('limits.md')).split('Table: `daemons/relay/limits.ts`.');
  const stated = [...relay.split('\n## ')[0]!.matchAll(/^\| `(\w+)` \| ([\d,]+) \| (\S+) \| /gm)].map(
    ([, name, value, unit]) => [name, Number(value!.replaceAll(',', '')), unit],
  );
  const fixed = Object.entries(FIXED_LIMITS).map(([name, limit]) => [name, limit.default]);
  const begun = { ...relayConfig.parse({}), ...Object.fromEntries(fixed) };
  const unitOf = (name: string) => ({ ...LIMITS, ...FIXED_LIMITS })[name as LimitName].unit;
  expect(stated).toHaveLength(LIMIT_NAMES.length + fixed.length);
  for (const [name, value, unit] of stated)
    expect([name, begun[name as LimitName], unitOf(String(name))]).toEqual([name, value, unit]);
});

it('lets a class of connections have limits of its own where they concern one client or one address', () => {
  const own = LIMIT_NAMES.filter(
    (name) =>
      relayConfig.safeParse({
        class: [{ name: 'x', match: ['::1'], [name]: relayConfig.parse({})[name] }],
      }).success,
  );
  expect(own).toEqual([
    'connections_per_ip',
    'connect_burst',
    'connects_per_second',
    'receive_bytes_per_second',
    'receive_frames_per_second',
    'send_queue_bytes',
    'send_queue_frames',
    'ping_seconds',
    'idle_seconds',
    'plain_idle_seconds',
    'stall_seconds',
    'batch_ms',
    'handshakes_per_ip',
  ]);
});
