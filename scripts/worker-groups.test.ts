import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { workerGroups } from './worker-groups.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signalbox-groups-'));
  mkdirSync(join(root, 'main/core'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const groupsOf = (text: string) => {
  writeFileSync(join(root, 'main/core/a.test.ts'), text);
  writeFileSync(join(root, 'main/core/a.ts'), text);
  return workerGroups(root);
};

const NONE = { own: [], processes: [], plain: [], models: [], window: [], tables: [] };

it.each(["vi.mock('node:fs');", "process.env.TZ = 'UTC';", 'process.env = before;', 'process.umask(0);'])(
  'gives a file with %j a worker of its own',
  (text) => {
    expect(groupsOf(text)).toEqual({ ...NONE, own: ['main/core/a.test.ts'] });
  },
);

it.each([
  "import { spawn } from 'node:child_process';",
  'const host = await startTestHost();',
  'const at = new ServedHosts();',
  'const crew = new ThreadPool(options, process.env.TZ === "UTC");',
])('lets a file with %j share a worker with those that wait too', (text) => {
  expect(groupsOf(text)).toEqual({ ...NONE, processes: ['main/core/a.test.ts'] });
});

it('lets the others share one, and leaves no file of tests out', () => {
  // What is left of these fails the file that left it (fresh-file.ts).
  expect(
    groupsOf("vi.useFakeTimers(); vi.fn(); vi.stubGlobal('location', {}); vi.stubEnv('A', 'b');"),
  ).toEqual({ ...NONE, plain: ['main/core/a.test.ts'] });
  mkdirSync(join(root, 'renderer'));
  writeFileSync(join(root, 'renderer/b.test.ts'), '');
  expect(workerGroups(root)).toEqual({
    ...NONE,
    plain: ['main/core/a.test.ts'],
    models: ['renderer/b.test.ts'],
  });
});

it('keeps those that want a document apart, where they share a worker', () => {
  const wanting = '// @vitest-environment happy-dom\n';
  expect(groupsOf(wanting)).toEqual({ ...NONE, window: ['main/core/a.test.ts'] });
  expect(groupsOf(`${wanting}vi.mock('x')`).own).toEqual(['main/core/a.test.ts']);
  const measuring = `${wanting}const world = tableWorld();`;
  expect(groupsOf(measuring)).toEqual({ ...NONE, tables: ['main/core/a.test.ts'] });
});
