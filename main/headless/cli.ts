/** Entry of the CLI: `npm run -s signalbox -- ARGS`. */
import { registry } from '../../daemons/registry.ts';
import { runCli } from './cli/cli.ts';
import { serve } from './serve.ts';

// A reader that closes the pipe early (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const argv = process.argv.slice(2);
if (argv[0] === 'serve') await serve(argv.slice(1));
else process.exitCode = await runCli(argv, registry);
