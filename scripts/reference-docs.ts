/**
 * Writes docs/reference/<daemon>.md from the manifests (every command, metric and setting), docs/reference/control-api.md from
 * the contract, docs/limits.md from the tables of limits and docs/design.md from the tokens of the window, docs/keys.md from its table of keys, and fills the programs into docs/runtime.md, so that nobody writes one down twice. `node scripts/reference-docs.ts` writes the pages; a test
 * fails when they are out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CommandDescription,
  describeManifest,
  type Manifest,
  type MetricSpec,
} from '../contract/manifest.ts';
import { registry } from '../daemons/registry.ts';
import { chanServPage } from '../daemons/services/chanserv/chan-page.ts';
import { helpServPage } from '../daemons/services/helpserv/help-page.ts';
import { modCmdPage } from '../daemons/services/modcmd/modcmd-page.ts';
import { opservPage } from '../daemons/services/opserv/opserv-page.ts';
import { sockCheckPage } from '../daemons/services/sockcheck/sock-page.ts';
import { spamServPage } from '../daemons/services/spamserv/spam-page.ts';
import { controlApiPage } from './control-api-page.ts';
import { designPage } from './design-page.ts';
import { type JsonSchema, typeOf } from './json-schema-words.ts';
import { keysPage } from './keys-page.ts';
import { limitsPage } from './limits-page.ts';
import { markdownTable } from './markdown-table.ts';
import { withPrograms } from './quoted-programs.ts';

const docs = join(import.meta.dirname, '../docs');

/** Settings with their full key; lists of tables are written `class[].name`. */
function settingRows(schema: JsonSchema, prefix: string): unknown[][] {
  const rows: unknown[][] = [];
  for (const [key, field] of Object.entries(schema.properties ?? {})) {
    const name = `${prefix}${key}`;
    const value = field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``;
    const inner = field.type === 'array' ? field.items : field;
    if (inner?.properties !== undefined) {
      rows.push([`\`${name}\``, typeOf(field), field.type === 'array' ? value : '', field.description ?? '']);
      rows.push(...settingRows(inner, field.type === 'array' ? `${name}[].` : `${name}.`));
      continue;
    }
    rows.push([`\`${name}\``, typeOf(field), value, field.description ?? '']);
  }
  return rows;
}

function commandSection(daemon: string, command: CommandDescription): string {
  const fields = Object.entries(command.args.properties ?? {});
  const required = new Set(command.args.required ?? []);
  const usage = fields
    .map(([name, field]) => {
      const flag = field.type === 'boolean' ? `--${name}` : `--${name} ${name.toUpperCase()}`;
      return required.has(name) ? flag : `[${flag}]`;
    })
    .join(' ');
  const confirm = command.danger === 'safe' ? '' : ' --yes';
  const parts = [
    `### ${command.name}`,
    `${command.summary}`,
    `\`\`\`sh\n./signalbox run ${daemon} ${command.name}${usage === '' ? '' : ` ${usage}`}${confirm}\n\`\`\``,
    `Danger: **${command.danger}**. Access: **${command.access}**. Result: ${command.result}${
      command.columns.length > 0 ? ` (${command.columns.map((column) => column.title).join(', ')})` : ''
    }. Deadline: ${command.timeoutMs / 1000} s. Without an audit trail: ${
      command.unrecorded === 'run' ? 'runs, and says so' : 'refused'
    }.`,
  ];
  if (fields.length > 0) {
    parts.push(
      markdownTable(
        ['Argument', 'Type', 'Required', 'Meaning'],
        fields.map(([name, field]) => [
          `\`${name}\``,
          typeOf(field as JsonSchema),
          required.has(name) ? 'yes' : 'no',
          field.description ?? '',
        ]),
      ),
    );
  }
  return parts.join('\n\n');
}

function metricRows(metrics: readonly MetricSpec[]): unknown[][] {
  return metrics.map((metric) => [`\`${metric.name}\``, metric.kind, metric.unit, metric.help]);
}

/** The page of one daemon. */
export function referencePage(manifest: Manifest): string {
  const description = describeManifest(manifest);
  return `${[
    `# ${description.title}: reference`,
    `${description.summary}. Generated from \`daemons/${description.id}/manifest.ts\` by \`node scripts/reference-docs.ts\`.`,
    '## Commands',
    'Each is a form in the window, an entry of the palette, and a command of the CLI. Add `--json` for JSON.',
    ...description.commands.map((command) => commandSection(description.id, command)),
    '## Metrics',
    'Histograms are shown as p50, p95, p99, p99.9 and maximum, with their count.',
    markdownTable(['Name', 'Kind', 'Unit', 'Meaning'], metricRows(description.metrics)),
    '## Settings',
    `Keys of the table \`[${description.id}]\` in the configuration file.`,
    markdownTable(['Key', 'Type', 'Default', 'Meaning'], settingRows(description.config as JsonSchema, '')),
  ].join('\n\n')}\n`;
}

/** docs/runtime.md with the programs that it quotes as they are now. */
export function runtimePage(): string {
  const page = readFileSync(join(docs, 'runtime.md'), 'utf8');
  return withPrograms(page, (file) => readFileSync(join(docs, '..', file), 'utf8'));
}

if (import.meta.main) {
  for (const manifest of registry) {
    writeFileSync(join(docs, 'reference/chanserv.md'), chanServPage());
    writeFileSync(join(docs, 'reference/helpserv.md'), helpServPage());
    writeFileSync(join(docs, 'reference/modcmd.md'), modCmdPage());
    writeFileSync(join(docs, 'reference/spamserv.md'), spamServPage());
    writeFileSync(join(docs, 'reference/opserv.md'), opservPage());
    writeFileSync(join(docs, 'reference/sockcheck.md'), sockCheckPage());
    writeFileSync(join(docs, `reference/${manifest.id}.md`), referencePage(manifest));
  }
  writeFileSync(join(docs, 'reference/control-api.md'), controlApiPage());
  writeFileSync(join(docs, 'limits.md'), limitsPage());
  writeFileSync(join(docs, 'design.md'), designPage());
  writeFileSync(join(docs, 'keys.md'), keysPage());
  writeFileSync(join(docs, 'runtime.md'), runtimePage());
}
