/** What is said to requests that do not come in, and how the flags of the host are read at their edges. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { layoutOf } from '../../contract/metric-frame.ts';
import { DAEMON_STATES, type DaemonSnapshot } from '../../contract/states.ts';
import { renderPrometheus } from './prometheus.ts';
import { refusalOf } from './request-guard.ts';
import { parseServeOptions, SERVE_HELP } from './serve-options.ts';

test('a refusal names what was wrong, cut to a hundred characters, and how to allow it', () => {
  expect(refusalOf({}, [])).toBe('A Host header is needed.');
  const long = `${'x'.repeat(200)}.example`;
  expect(refusalOf({ host: long }, [])).toBe(
    `Signalbox is not reached under the name "${'x'.repeat(100)}"; allow it with [signalbox] allowed_hosts.`,
  );
  expect(refusalOf({ host: 'localhost', origin: `http://${long}` }, [])).toBe(
    `Requests from http://${'x'.repeat(93)} are not accepted.`,
  );
});

test.each([
  'localhost:',
  'localhost:123456',
  'localhost:80:80',
  'local_host x',
  'localhost/',
  '[::1]x',
  '::1',
])('Host %j is none of ours', (host) => {
  expect(refusalOf({ host }, [])).not.toBeNull();
});

const parse = (argv: string[], env: NodeJS.ProcessEnv = {}) =>
  parseServeOptions(argv, ['ircd', 'relay'], env);

test('the port is a whole number from 0 to 65535', () => {
  expect(['0', '65535', '080'].map((port) => parse(['--port', port]).port)).toEqual([0, 65_535, 80]);
  for (const port of ['65536', '-1', '1.5', 'NaN', 'Infinity']) {
    const message = `--port: expected a number from 0 to 65535, got "${port}"`;
    expect(() => parse([`--port=${port}`])).toThrow(message);
  }
});

test('everything else is off and from its usual place where nothing is said', () => {
  const env = { XDG_DATA_HOME: '/data', XDG_CONFIG_HOME: '/nowhere' };
  expect(parse([], env)).toEqual({
    dataDir: join('/data', 'signalbox'),
    configFile: null,
    port: 8420,
    autostart: null,
    json: false,
    help: false,
  });
  expect([parse(['-h']).help, parse(['--help']).help, parse(['--json']).json]).toEqual([true, true, true]);
  expect(parse(['--autostart', ',relay,,ircd,']).autostart).toEqual(['relay', 'ircd']);
  expect(SERVE_HELP).toContain('(8420)');
});

test('a daemon is up while it runs, and in no other state', () => {
  const daemons = DAEMON_STATES.map((state) => ({ id: state, state, restarts: 0 }) as DaemonSnapshot);
  const up = renderPrometheus([], daemons)
    .split('\n')
    .filter((line) => line.startsWith('signalbox_daemon_up{') && line.endsWith(' 1'));
  expect(up).toEqual(['signalbox_daemon_up{daemon="running"} 1']);
});

test('the least of all numbers has a word too, and a value that is missing is none', () => {
  const metrics = ['a', 'b'].map((name) => ({ name, kind: 'gauge', unit: 'count', help: name }) as const);
  const text = renderPrometheus(
    [{ layout: layoutOf(metrics), values: Float64Array.of(Number.NEGATIVE_INFINITY) }],
    [],
  );
  expect(text).toContain('\na -Inf\n');
  expect(text).toContain('\nb NaN\n');
});
