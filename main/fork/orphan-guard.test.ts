/** What becomes of forked daemons, and of the guard beside them, when their host is gone: with real processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

let dir: string;
let group: number | null = null;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-guard-'));
});
afterAll(() => rm(dir, { recursive: true }));
afterEach(() => {
  // What a failed test would leave behind.
  if (group !== null && groupIsThere(group)) process.kill(-group, 'SIGKILL');
  group = null;
});

/** A host in a process group of its own, with programs of this code; resolves when each has written a line. */
async function hostOf(...programs: string[]): Promise<ChildProcess> {
  const files = programs.map((_, index) => join(dir, `program-${index}.mjs`));
  await Promise.all(programs.map((code, index) => writeFile(files[index]!, code)));
  const host = spawn(
    process.execPath,
    [join(import.meta.dirname, 'test-fixtures', 'forking-host.ts'), ...files],
    { detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  group = host.pid as number;
  let lines = 0;
  for await (const chunk of host.stdout) {
    lines += String(chunk).split('\n').length - 1;
    if (lines >= programs.length) break;
  }
  return host;
}

function groupIsThere(leader: number): boolean {
  try {
    return process.kill(-leader, 0);
  } catch {
    return false;
  }
}

/** Resolves when no process of the host's group is left: host, daemons, guard. */
async function groupGone({ pid }: ChildProcess): Promise<void> {
  await vi.waitFor(() => expect(groupIsThere(pid as number)).toBe(false));
}

test('a daemon in an endless loop does not outlive a killed host, and another may finish its work', async () => {
  const finished = join(dir, 'finished');
  const host = await hostOf(
    `process.stdout.write('looping\\n', () => { for (;;); });`,
    `import { writeFileSync } from 'node:fs';
     process.on('disconnect', () => setTimeout(() => {
       writeFileSync(${JSON.stringify(finished)}, '');
       process.exit();
     }, 1_000));
     console.log('ready');`,
  );
  host.kill('SIGKILL');
  await groupGone(host);
  await access(finished);
});

test('the guard ends with the last daemon and keeps no host alive', async () => {
  const host = await hostOf(`console.log('done'); process.disconnect();`);
  if (host.exitCode === null && host.signalCode === null) await once(host, 'exit');
  expect([host.exitCode, host.signalCode]).toEqual([0, null]);
  await groupGone(host);
});
