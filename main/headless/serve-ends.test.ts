/** How the headless host, as a program, ends at signals, whatever hangs. */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { ServedHosts } from './test-fixtures/served-hosts.ts';
import { isAlive } from './test-fixtures/test-host.ts';

const at = new ServedHosts();

test('SIGTERM to the whole process group, as service managers send it, is a drain and no crash', async () => {
  const served = at.serve('--autostart', 'relay');
  await at.ready(served);
  const all = await at.running('relay', 'recorder');
  for (const { pid } of all) if (pid !== null) process.kill(pid, 'SIGTERM');
  served.child.kill('SIGTERM');
  expect(await served.exit).toBe(0);
  expect(served.output.stderr).not.toContain('crashed');
});

test('a second Ctrl-C, later, ends it with 130 although a daemon hangs', async () => {
  const served = at.serve('--autostart', 'relay');
  await at.ready(served);
  const [relay] = (await at.running('relay')).filter(({ id }) => id === 'relay');
  process.kill(relay?.pid ?? 0, 'SIGSTOP');
  served.child.kill('SIGINT');
  await vi.waitFor(() => expect(served.output.stderr).toContain('stopping (SIGINT)'));
  await delay(CONTROL_LIMITS.interruptEchoMs + 100);
  served.child.kill('SIGINT');
  expect(await served.exit).toBe(130);
  await vi.waitFor(() => expect(isAlive(relay?.pid ?? null)).toBe(false));
});

test('a second Ctrl-C ends at once what does not drain; one that arrives twice is one', async () => {
  const served = at.serve('--autostart', 'relay');
  await at.ready(served);
  served.child.kill('SIGINT');
  served.child.kill('SIGINT');
  expect(await served.exit).toBe(0);
});

test.runIf(process.platform === 'linux')('ends where no log can be written', async () => {
  await mkdir(join(at.dir, 'logs'));
  for (const name of ['main', 'ircd', 'recorder'])
    await symlink('/dev/full', join(at.dir, 'logs', `${name}.log`));
  const served = at.serve('--autostart', 'ircd');
  await at.ready(served);
  served.child.kill('SIGTERM');
  expect(await served.exit).toBe(0);
  expect(served.output.stderr.match(/ENOSPC/g)).toHaveLength(1);
});
