import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { numberOf, uriOf } from './test-fixtures/crash-objects.ts';
import { listed, put, testRoot, testStore } from './test-store.ts';
import { OWN_PREFIX } from './uri.ts';

/** Runs the process until it has acknowledged so many puts, kills it, and returns the numbers it acknowledged. */
async function killAfter(root: string, puts: number): Promise<number[]> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'test-fixtures/putting-process.ts'), root],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  let lines = 0;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    output += text;
    lines += text.split('\n').length - 1;
    if (lines >= puts) child.kill('SIGKILL');
  });
  const [code, signal] = await once(child, 'close');
  expect([code, signal]).toEqual([null, 'SIGKILL']);
  // The last line may be cut off.
  const whole = output.slice(0, output.lastIndexOf('\n'));
  return whole.split('\n').map((line) => Number.parseInt(line, 10));
}

it('has every acknowledged object, and none that is torn, after kill -9 in the middle of 1,000 puts', async () => {
  const { root } = testRoot();
  // Of several in a row each is killed somewhere else, and starts with what the one before has left.
  for (const puts of [1, 150, 349, 500]) {
    const acknowledged = await killAfter(root, puts);
    const store = await testStore(root);
    const newest = new Map<string, number>();
    for (const number of acknowledged) {
      const uri = uriOf(number);
      newest.set(uri, Math.max(number, newest.get(uri) ?? -1));
    }
    for (const [uri, number] of newest) {
      const found = numberOf(readFileSync(join(root, uri)));
      expect(found, `${uri} is torn`).not.toBeNull();
      // A later put may have been done, and not answered.
      expect(found, `${uri} is older than what was acknowledged`).toBeGreaterThanOrEqual(number);
      expect(uriOf(found!)).toBe(uri);
    }
    const uris = await listed(store);
    expect(uris).toEqual(expect.arrayContaining([...newest.keys()]));
    for (const uri of uris) expect(numberOf(readFileSync(join(root, uri))), uri).not.toBeNull();
    expect(readdirSync(join(root, OWN_PREFIX))).toEqual([]);
    await put(store, 'folder-0/0.bin', 'not of these');
    await store.delete('folder-0/0.bin');
    await store.close();
  }
});
