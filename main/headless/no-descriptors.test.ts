/** What happens to a process that has no descriptor left: nothing that ends it. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test.skipIf(process.platform === 'win32')(
  'a process without descriptors goes on measuring, says that a daemon could not be started, and recovers',
  () => {
    const fixture = join(import.meta.dirname, 'test-fixtures/no-descriptors.ts');
    const output = execFileSync('sh', ['-c', 'ulimit -n 80; exec "$0" "$1"', process.execPath, fixture], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(JSON.parse(output)).toEqual({
      unreadable: true,
      kept: true,
      launched: expect.stringContaining('EMFILE'),
      logFailed: true,
      readable: true,
    });
  },
);
