import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeManifest } from '../daemons/contract/manifest.ts';
import { registry } from '../daemons/registry.ts';
import { referencePage } from './reference-docs.ts';

describe.each(registry.map((manifest) => [manifest.id, manifest] as const))(
  'the reference of %s',
  (id, manifest) => {
    it('is what the manifest says (run `node scripts/reference-docs.ts` after a change)', () => {
      const file = join(import.meta.dirname, `../docs/reference/${id}.md`);
      expect(readFileSync(file, 'utf8')).toBe(referencePage(manifest));
    });

    it('explains every argument, metric and table', () => {
      const description = describeManifest(manifest);
      for (const command of description.commands) {
        expect(command.summary, command.name).not.toBe('');
        for (const [name, field] of Object.entries(command.args.properties ?? {})) {
          expect(field.description, `${command.name} --${name}`).toBeTruthy();
        }
      }
      for (const metric of description.metrics) {
        expect(metric.help, metric.name).not.toBe('');
        expect(metric.name.startsWith(`signalbox_${id}_`), metric.name).toBe(true);
        expect(metric.name.endsWith('_total'), metric.name).toBe(metric.kind === 'counter');
      }
    });
  },
);

it('finds at least one daemon', () => {
  expect(registry.length).toBeGreaterThan(0);
});
