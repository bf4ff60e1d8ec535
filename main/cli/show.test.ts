import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { describeManifest } from '../../contract/manifest.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { registry } from '../../daemons/registry.ts';
import { formatTime } from '../terminal/terminal.ts';
import { showResult, showStatus } from './show.ts';

const daemon: DaemonSnapshot = {
  id: 'ircd',
  state: 'running',
  pid: 7,
  instance: 1,
  nextStartAt: null,
  crashes: [],
  since: 0,
  restarts: 0,
  cause: null,
  unresponsive: false,
  listeners: [],
  runtime: 'node 24',
  pendingRestart: [],
};

test('the status says which daemons need a restart, and for which settings', () => {
  const relay = { ...daemon, id: 'relay', pendingRestart: ['runtime', 'mode'] };
  const lines = stripVTControlCharacters(showStatus([daemon, relay])).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[3]).toBe('restart needed: relay for runtime, mode');
  expect(showStatus([daemon])).not.toContain('restart needed');
});

test('a result without rows is a line for each member for a person, and JSON elsewhere', () => {
  const command = (name: string) => {
    const found = registry.flatMap((one) => describeManifest(one).commands).find((one) => one.name === name);
    if (found === undefined) throw new Error(`no command ${name}`);
    return found;
  };
  const ban = {
    kind: 'kline',
    mask: 'a@\u001bb',
    disconnected: 2,
    saved: false,
    warning: { code: 'not_saved' },
  };
  expect(showResult(command('add-ban'), ban, true)).toBe(
    'kind:         kline\nmask:         a@\\x1bb\ndisconnected: 2\nsaved:        no',
  );
  expect(JSON.parse(showResult(command('add-ban'), ban, false))).toEqual(ban);
  const since = Date.UTC(2026, 0, 2);
  expect(showResult(command('kill'), { client: 'a', connectedAt: since }, true)).toContain(formatTime(since));
  const client = command('client');
  const time = client.columns.find(({ type }) => type === 'time');
  expect(showResult(client, { [time?.key ?? '']: since }, true)).toBe(`${time?.title}: ${formatTime(since)}`);
  const nested = { before: { a: 1 }, after: { a: 2 } };
  expect(JSON.parse(showResult(command('kill'), nested, true))).toEqual(nested);
});
