/** The desktop app is killed while a utility process of it cannot notice: Chromium must end that process. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './desktop.ts';

test('a utility process in an endless loop does not outlive a killed app', async ({ desktop, folder }) => {
  const program = join(folder, 'loop.cjs');
  await writeFile(program, `process.parentPort.postMessage('looping'); setTimeout(() => { for (;;); });`);
  const said = await desktop.application.evaluate(
    ({ utilityProcess }, path) => new Promise((resolve) => utilityProcess.fork(path).on('message', resolve)),
    program,
  );
  expect(said).toBe('looping');
  // Resolves only once no process of the app is left.
  await desktop.kill();
});
