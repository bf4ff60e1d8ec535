/** The headless host is started on a configuration file with a mistake. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE_HOME, NODE, ROOT } from './app/binaries.ts';
import { expect, test } from './fixtures.ts';

test('the host names file, line and key and ends with exit code 78', async ({ folder }) => {
  const configFile = join(folder, 'signalbox.toml');
  await writeFile(configFile, '[ircd]\nlisten = "everywhere"\n');
  const argv = [join(ROOT, 'scripts/cli.mjs'), 'serve', '--port', '0', '--config', configFile];
  const ended = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    const env = { ...process.env, XDG_CACHE_HOME: CACHE_HOME };
    execFile(NODE, [...argv, '--data', join(folder, 'data')], { env }, (error, _stdout, stderr) => {
      resolve({ code: error?.code, stderr });
    });
  });
  expect(ended.stderr).toContain(configFile);
  expect(ended.stderr).toMatch(/line 2|:2\b/);
  expect(ended.stderr).toContain('ircd.listen');
  expect(ended.code).toBe(78);
});
