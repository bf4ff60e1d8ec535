/** The headless host with the fixture daemon `workshop` beside the recorder. Started as a program by the end-to-end specs. */
import { join } from 'node:path';
import { registry } from '../../../daemons/registry.ts';
import { serve } from '../serve.ts';
import { manifest as workshop } from './workshop/manifest.ts';

const ROOT = join(import.meta.dirname, '../../..');

await serve(process.argv.slice(2), {
  registry: [workshop, ...registry.filter(({ role }) => role === 'recorder')],
  entryOf: (id) => {
    if (id === workshop.id) return join(import.meta.dirname, id, 'main.ts');
    return join(ROOT, 'daemons', id, 'main.ts');
  },
});
