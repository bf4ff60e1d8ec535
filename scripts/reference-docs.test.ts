import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONTROL_REQUESTS } from '../contract/control/requests.ts';
import { describeManifest } from '../contract/manifest.ts';
import { registry } from '../daemons/registry.ts';
import { controlApiPage, REQUEST_NAMES } from './control-api-page.ts';
import { designPage } from './design-page.ts';
import { LIMIT_TABLES, limitsPage } from './limits-page.ts';
import { readTokens } from './look-tokens.ts';
import { referencePage, runtimePage } from './reference-docs.ts';

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

describe('the reference of the control API', () => {
  it('is what the contract says (run `node scripts/reference-docs.ts` after a change)', () => {
    const file = join(import.meta.dirname, '../docs/reference/control-api.md');
    expect(readFileSync(file, 'utf8')).toBe(controlApiPage());
  });

  it('has every request with its result, and explains every argument', () => {
    expect(REQUEST_NAMES.toSorted()).toEqual(Object.keys(CONTROL_REQUESTS).sort());
    const page = controlApiPage();
    expect(page).not.toContain('```ts\n\n```');
    for (const [name, { args }] of Object.entries(CONTROL_REQUESTS)) {
      for (const [field, of] of Object.entries(args.shape))
        expect(of.description, `${name} ${field}`).toBeTruthy();
    }
  });
});

describe('the page of the async library', () => {
  const root = join(import.meta.dirname, '..');
  const page = readFileSync(join(root, 'docs/runtime.md'), 'utf8');

  it('quotes programs as they are (run `node scripts/reference-docs.ts` after a change)', () => {
    expect(page).toBe(runtimePage());
  });

  it('quotes every program of a pattern', () => {
    const programs = globSync('daemons/runtime/async/patterns/*.ts', { cwd: root }).filter(
      (file) => !file.endsWith('.test.ts'),
    );
    for (const file of programs)
      expect(page).toContain(`<!-- program ${file.replaceAll('\\', '/')} -->\n\`\`\`ts\n`);
    expect(programs).toHaveLength(7);
  });
});

describe('the page of the look', () => {
  const root = join(import.meta.dirname, '..');

  it('is what the tokens say (run `node scripts/reference-docs.ts` after a change)', () => {
    expect(readFileSync(join(root, 'docs/design.md'), 'utf8')).toBe(designPage());
  });

  it('gives each token a reason, or that of the one before it', () => {
    const css = readFileSync(join(root, 'renderer/look/tokens.css'), 'utf8');
    const without = readTokens(css).groups.flatMap(({ tokens }) =>
      tokens.filter(({ reason }) => !reason.endsWith('.')).map(({ name }) => name),
    );
    expect(without).toEqual([]);
  });
});

describe('the page of limits', () => {
  const root = join(import.meta.dirname, '..');

  it('is what the tables say (run `node scripts/reference-docs.ts` after a change)', () => {
    expect(readFileSync(join(root, 'docs/limits.md'), 'utf8')).toBe(limitsPage());
  });

  it('holds every table of limits that there is', () => {
    const tables = globSync('{kit,daemons,main}/**/limits.ts', { cwd: root }).map((file) =>
      file.replaceAll('\\', '/'),
    );
    expect(LIMIT_TABLES.map((table) => table.file).sort()).toEqual(tables.sort());
  });

  it('gives a reason for every number', () => {
    for (const { file, limits } of LIMIT_TABLES) {
      for (const [name, limit] of Object.entries(limits)) {
        expect(limit.reason.length, `${file} ${name}`).toBeGreaterThan(20);
        expect(limit.reason.endsWith('.'), `${file} ${name}`).toBe(true);
      }
    }
  });
});
