import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineManifest } from '../../../contract/manifest.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { FakeLauncher } from './fake-launcher.ts';
import { Supervisor } from './supervisor.ts';

const manifestOf = (id: string) =>
  defineManifest({ id, title: id, summary: id, config: z.object({}), metrics: [], commands: {} });
const at = (port: number) => ({ protocol: 'x', host: '127.0.0.1', port, tls: false });
const endpoint = (port: number) => ({ kind: 'tcp', ...at(port) });

function make() {
  const launcher = new FakeLauncher();
  const supervisor = new Supervisor({
    registry: ['one', 'two', 'three'].map(manifestOf),
    launcher,
    plan: () => ({ ok: true, result: { runtime: 'node', config: {}, dataDir: '/d', logDir: '/l' } }),
    clock: new FakeClock(),
    limits: CONTROL_LIMITS,
    random: () => 0,
    events: { onSnapshot() {}, onMessage() {}, onOutput() {}, onMalformed() {}, onCrowded() {} },
  });
  const start = (id: string) => {
    void supervisor.start(id);
    return launcher.newest(id);
  };
  return { supervisor, start };
}

test('a daemon learns at its start where the others listen, with their real ports', () => {
  const { start } = make();
  const one = start('one');
  one.hello();
  one.ready([at(6667)]);
  const two = start('two');
  two.hello();
  expect(two.last('init').peers).toEqual([
    { id: 'one', endpoints: [endpoint(6667)] },
    { id: 'three', endpoints: [] },
  ]);
});

test('it is told when another listens elsewhere or has ended, and not of anything else', () => {
  const { start } = make();
  const [one, two] = [start('one'), start('two')];
  one.comeUp();
  two.comeUp();
  expect(one.inbox).not.toContain('peers');
  two.say({ type: 'listeners', listeners: [{ kind: 'unix', protocol: 'x', path: '/run/two' }] });
  two.say({ type: 'listeners', listeners: [{ kind: 'unix', protocol: 'x', path: '/run/two' }] });
  expect(one.inbox.filter((type) => type === 'peers')).toHaveLength(1);
  expect(two.inbox).not.toContain('peers');
  expect(one.last('peers').peers[0]).toEqual({
    id: 'two',
    endpoints: [{ kind: 'unix', protocol: 'x', path: '/run/two' }],
  });
  two.end({ exitCode: 1 });
  expect(one.last('peers').peers[0]).toEqual({ id: 'two', endpoints: [] });
});

test('all daemons of one run share a secret, and another run has another', () => {
  const { start } = make();
  const secrets = ['one', 'two'].map((id) => {
    const process = start(id);
    process.hello();
    return process.last('init').secret;
  });
  expect(secrets[0]).toHaveLength(32);
  expect(secrets[1]).toEqual(secrets[0]);
  const other = make().start('one');
  other.hello();
  expect(other.last('init').secret).not.toEqual(secrets[0]);
});
