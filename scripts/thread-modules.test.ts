import { expect, it } from 'vitest';
import { threadEntries, withPlaces, withUrls } from './thread-modules.ts';

const ROOT = `${import.meta.dirname}/..`;

it('finds the modules that threads load, and none that only tests do', () => {
  const entries = threadEntries(ROOT);
  expect(Object.keys(entries)).toEqual(
    expect.arrayContaining(['daemons/ircd/password-tasks', 'daemons/runtime/async/pool-thread']),
  );
  expect(Object.keys(entries).join()).not.toMatch(/test-|metric-thread/);
  expect(entries['daemons/ircd/password-tasks']).toMatch(/daemons\/ircd\/password-tasks\.ts$/);
});

it('gives a built chunk, wherever it is, the URL of the built module', () => {
  const source = "const MODULE = new URL('pool-thread.ts', import.meta.url);";
  const placed = withPlaces('/app', '/app/daemons/runtime/async/handle.ts', source) ?? '';
  expect(placed).not.toContain('pool-thread.ts');
  const built = (chunk: string) => withUrls(chunk, placed);
  expect(built('chunks/ircd-x.js')).toBe(
    "const MODULE = new URL('../daemons/runtime/async/pool-thread.js', import.meta.url);",
  );
  expect(built('daemons/ircd.js')).toContain("'./runtime/async/pool-thread.js'");
  const wrapped = 'new URL(\n  "../x/file-tasks.ts",\n  import.meta.url,\n)';
  const elsewhere = withPlaces('/app', '/app/daemons/ircd/a.ts', wrapped) ?? '';
  expect(withUrls('chunks/a.js', elsewhere)).toBe("new URL('../daemons/x/file-tasks.js', import.meta.url)");
});

it('leaves everything else as it is', () => {
  expect(withPlaces('/app', '/app/a.ts', "new URL('picture.png', import.meta.url)")).toBe(null);
  expect(withPlaces('/app', '/app/a.ts', 'const x = 1;')).toBe(null);
  expect(withUrls('chunks/a.js', 'const x = 1;')).toBe(null);
});
