/** The headless host with the fixture daemon `tiny` beside the recorder, and its console. Started as a program by tests. */
import { registry } from '../../../daemons/registry.ts';
import { openConsole } from '../../cli/console.ts';
import { daemonEntry } from '../../fork/daemon-entry.ts';
import { SHIPPED, serve } from '../serve.ts';
import { manifest as tiny } from './tiny/manifest.ts';

const daemons = {
  registry: [tiny, ...registry.filter(({ role }) => role === 'recorder')],
  entryOf: (id: string) => (id === tiny.id ? daemonEntry(import.meta.dirname, id) : SHIPPED.entryOf(id)),
};
await serve(process.argv.slice(2), daemons, async (dataDir) => openConsole(dataDir, daemons));
