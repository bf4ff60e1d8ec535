/** What a service manager is told, and that an instance outside of one tells nobody. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { notifyServiceManager } from './service-notify.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-notify-'));
  await writeFile(
    join(dir, 'systemd-notify'),
    `#!/bin/sh\nprintf '%s\\n' "$NOTIFY_SOCKET" "$@" > ${dir}/told\n`,
  );
  await chmod(join(dir, 'systemd-notify'), 0o755);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const ready = { assignment: 'READY=1', status: 'Ready at http://127.0.0.1:1/\nSTOPPING=1' } as const;

test('the manager is told that the host is ready, in one line that cannot say more', async () => {
  const env = { PATH: `${dir}:/usr/bin:/bin`, NOTIFY_SOCKET: '/run/x' };
  expect(await notifyServiceManager(ready, env)).toBeNull();
  expect(await readFile(join(dir, 'told'), 'utf8')).toBe(
    '/run/x\nREADY=1\nSTATUS=Ready at http://127.0.0.1:1/ STOPPING=1\n',
  );
});

test('without a manager nobody is told', async () => {
  expect(await notifyServiceManager(ready, { PATH: dir })).toBeNull();
  await expect(readFile(join(dir, 'told'))).rejects.toThrow();
});

test('a manager that cannot be told is a sentence, not a failure', async () => {
  const problem = await notifyServiceManager(ready, { PATH: '/nowhere', NOTIFY_SOCKET: '/run/x' });
  expect(problem).toMatch(/^systemd-notify: /);
});
