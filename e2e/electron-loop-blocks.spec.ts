/** What blocks the loop of a utility process is named, on the oldest Node that Electron brings. */
import { join } from 'node:path';
import { ROOT } from './app/binaries.ts';
import { expect, test } from './desktop.ts';

test.use({ sharedApp: 'everyday' });

const PROGRAM = 'daemons/runtime/telemetry/test-fixtures/blocked-loop.ts';

test('a block inside a utility process says by what, for whom and where, in JavaScript and in native code', async ({
  desktop,
  folder,
}) => {
  // Much code, which nobody else who reads this file needs.
  const { build } = await import('vite');
  // As the daemons are built: one file for Electron's Node, which runs no TypeScript.
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: join(ROOT, PROGRAM),
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { output: { format: 'es', entryFileNames: 'blocked-loop.mjs' } },
    },
  });
  const written = await desktop.application.evaluate(
    ({ utilityProcess }, { program, works }) =>
      new Promise<string>((resolve) => {
        const child = utilityProcess.fork(program, ['javascript', 'native', 'traced'], { stdio: 'pipe' });
        let text = '';
        child.stdout?.on('data', (bytes: Buffer) => {
          text += bytes.toString();
          // It stays until it is ended, unlike a process of Node. A busy machine may block it once more.
          if (works.every((work) => text.includes(`"work":"${work}"`)) && text.endsWith('\n')) child.kill();
        });
        child.once('exit', () => resolve(text));
      }),
    { program: join(folder, 'blocked-loop.mjs'), works: ['SPIN', 'HASH', 'report'] },
  );
  const blocks = written
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { work: string; connection: string; frames: readonly string[] });
  const of = (work: string) => {
    const block = blocks.find((one) => one.work === work);
    return `${block?.connection}: ${block?.frames.join(' < ')}`;
  };
  expect(of('SPIN')).toMatch(/^7: .*spinInJavaScript \(/);
  expect(of('HASH')).toMatch(/^8: .*pbkdf2Sync \(node:.*hashInNativeCode \(/);
  expect(of('report')).toMatch(/^anna: .*spinAfterWaiting \(/);
});
