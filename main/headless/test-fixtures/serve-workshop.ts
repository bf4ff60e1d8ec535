/** The headless host with the fixture daemon `workshop` beside the recorder. Started as a program by the end-to-end specs. */
import { registry } from '../../../daemons/registry.ts';
import { daemonEntry } from '../../fork/daemon-entry.ts';
import { SHIPPED, serve } from '../serve.ts';
import { manifest as workshop } from './workshop/manifest.ts';

await serve(process.argv.slice(2), {
  registry: [workshop, ...registry.filter(({ role }) => role === 'recorder')],
  entryOf: (id) => (id === workshop.id ? daemonEntry(import.meta.dirname, id) : SHIPPED.entryOf(id)),
});
