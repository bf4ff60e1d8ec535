/** What every manifest must keep to so that the window can be made from it. */
import { describe, expect, test } from 'vitest';
import {
  type CommandDescription,
  describeManifest,
  type RowAction,
  type TableColumn,
} from '../contract/manifest.ts';
import { processMetrics } from '../contract/metric-specs.ts';
import { registry } from './registry.ts';

describe.each(registry.map(describeManifest))('the manifest of $id', (manifest) => {
  const tables = [
    ...Object.entries(manifest.tables).map(([name, table]) => ({ name, ...table })),
    ...manifest.commands,
  ];
  const actions = tables.flatMap(({ name, columns, rowActions }) =>
    (rowActions ?? []).map((action) => ({ name, columns, action })),
  );
  const commandOf = (action: RowAction): CommandDescription | undefined =>
    manifest.commands.find(({ name }) => name === action.command);

  test('draws no metric in a chart of its own that every process draws anyway', () => {
    const shared = new Set(processMetrics(manifest.id).map(({ name }) => name));
    const repeated = manifest.charts.filter(({ metrics }) => metrics.every((name) => shared.has(name)));
    expect(repeated).toEqual([]);
  });

  test('offers on rows only commands that exist, with arguments that they take from columns that exist', () => {
    for (const { name, columns, action } of actions) {
      const command = commandOf(action);
      expect(command, `${name}: ${action.title}`).toBeDefined();
      expect(Object.keys(command?.args.properties ?? {})).toEqual(
        expect.arrayContaining(Object.keys(action.args)),
      );
      expect(columns.map(({ key }: TableColumn) => key)).toEqual(
        expect.arrayContaining(Object.values(action.args)),
      );
    }
  });

  test('runs at once from a row only what is safe and has all that it needs', () => {
    for (const { action } of actions.filter((one) => one.action.immediate === true)) {
      const command = commandOf(action);
      expect(command?.danger).toBe('safe');
      const needed = (command?.args.required ?? []).filter(
        (name) => command?.args.properties[name]?.default === undefined,
      );
      expect(Object.keys(action.args)).toEqual(expect.arrayContaining(needed));
    }
  });
});
