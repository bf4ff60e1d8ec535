/** The CLI with the fixture daemons in its registry. Started as a program by the CLI's tests. */
import { runCli } from '../../cli/cli.ts';
import { daemonEntry } from '../../fork/daemon-entry.ts';
import { manifest as tiny } from './tiny/manifest.ts';

process.exitCode = await runCli(
  process.argv.slice(2),
  async () => [tiny],
  (id) => daemonEntry(import.meta.dirname, id),
);
