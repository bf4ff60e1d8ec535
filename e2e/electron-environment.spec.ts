/** What makes Node load other code in the environment of the desktop app does not reach its utility processes. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './desktop.ts';

test.use({ sharedApp: 'everyday' });

test('a debugger that was started with the app does not come along into a daemon', async ({
  desktop,
  app,
  folder,
}) => {
  const program = join(folder, 'intruder.cjs');
  const visited = join(folder, 'visited');
  await writeFile(visited, '');
  await writeFile(
    program,
    `require('node:fs').appendFileSync(${JSON.stringify(visited)}, process.pid + '\\n');`,
  );
  const setInMain = (options: string) =>
    desktop.application.evaluate((_electron, value) => {
      process.env.NODE_OPTIONS = value;
    }, options);
  await setInMain(`--require ${program}`);
  await app.startDaemon('ircd');
  await setInMain('');
  const { pid } = await app.daemon('ircd');
  const type = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('--type=utility');
  expect({ type, visitors: await readFile(visited, 'utf8') }).toEqual({ type: true, visitors: '' });
});
