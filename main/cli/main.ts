/** Entry of the CLI, reached by `../headless/signalbox` and `npm run -s signalbox`. Loads no more than what was asked for needs. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { daemonEntry } from '../fork/daemon-entry.ts';
import { EXIT, say } from '../terminal/terminal.ts';
import { runCli } from './cli.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DAEMONS = join(ROOT, 'daemons');
const isBuilt = () => existsSync(join(ROOT, 'out/renderer/index.html'));

// A reader that closes the pipe early (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  say(`signalbox: the output could not be written: ${error.message}`);
  process.exit(EXIT.failure);
});

const argv = process.argv.slice(2);
if (argv[0] === 'serve' && !isBuilt() && !argv.includes('--help')) {
  say(`signalbox: the dashboard is not built yet. Run: cd ${ROOT} && npm run build`);
  process.exitCode = EXIT.config;
} else if (argv[0] === 'serve') {
  const { SHIPPED, serve } = await import('../headless/serve.ts');
  await serve(argv.slice(1), SHIPPED, async (dataDir, daemons) => {
    const { openConsole } = await import('./console.ts');
    return openConsole(dataDir, daemons);
  });
} else {
  process.exitCode = await runCli(
    argv,
    async () => (await import('../../daemons/registry.ts')).registry,
    (id) => daemonEntry(DAEMONS, id),
    undefined,
    async (id) => (await import(pathToFileURL(daemonEntry(DAEMONS, id, 'verbs')).href)).verbs,
  );
}
