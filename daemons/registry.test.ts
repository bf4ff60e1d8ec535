/** What every manifest must keep to so that the window can be made from it. */
import { describe, expect, test } from 'vitest';
import { INSTRUMENT_FIGURES } from '../contract/instrument-figures.ts';
import { INSTRUMENT_KINDS } from '../contract/link/catalog.ts';
import {
  type CommandDescription,
  describeManifest,
  type RowAction,
  type TableColumn,
} from '../contract/manifest.ts';
import { processMetrics } from '../contract/metric-specs.ts';
import { seriesId } from '../contract/series-id.ts';
import { registry } from './registry.ts';
import { instrumentSpecs } from './runtime/telemetry/instruments.ts';

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

  test('sends whoever uses a name of before to one that exists, and uses no old name for something else', () => {
    const { commands = {}, metrics = {}, columns = {} } = manifest.renamed;
    const names = manifest.commands.map(({ name }) => name);
    for (const [before, now] of Object.entries(commands)) {
      expect(names).toContain(now);
      expect(names).not.toContain(before);
    }
    const measured = manifest.metrics.map(({ name }) => name);
    // What an instrument measures is known without the process: `signalbox_<id>_<kind>_<figure>{<kind>="<name>"}`.
    const ofInstruments = INSTRUMENT_KINDS.flatMap((kind) =>
      [...instrumentSpecs(manifest.id, kind, { [kind]: 'x' }, INSTRUMENT_FIGURES[kind]).values()].map(
        seriesId,
      ),
    );
    for (const [before, now] of Object.entries(metrics)) {
      if (now.includes('{')) expect(ofInstruments).toContain(now.replace(/"[^"]*"/, '"x"'));
      else expect(measured).toContain(now);
      expect(measured).not.toContain(before);
    }
    const keys = tables.flatMap((table) => table.columns.map(({ key }) => key));
    for (const now of Object.values(columns)) expect(keys).toContain(now);
  });

  test('offers on rows only commands that exist, with arguments that they take from columns that exist', () => {
    for (const { name, columns, action } of actions) {
      const command = commandOf(action);
      expect(command, `${name}: ${action.title}`).toBeDefined();
      expect(Object.keys(command?.args.properties ?? {})).toEqual(
        expect.arrayContaining([...Object.keys(action.args), ...Object.keys(action.given ?? {})]),
      );
      const { choose } = action;
      if (choose !== undefined)
        expect(command?.args.properties[choose]?.presets, `${name}: ${action.title}`).toBeDefined();
      expect(columns.map(({ key }: TableColumn) => key)).toEqual(
        expect.arrayContaining(
          Object.values(action.args).flatMap((from) =>
            from.includes('{') ? [...from.matchAll(/\{(\w+)\}/g)].map(([, key]) => key) : [from],
          ),
        ),
      );
    }
  });

  test('has tables about one row only of tables that have pages for rows, and under names that can be watched', () => {
    for (const [name, { of }] of Object.entries(manifest.tables)) {
      expect(name).not.toContain('/');
      if (of !== undefined) expect([name, manifest.tables[of]?.of]).toEqual([name, undefined]);
      if (of !== undefined) expect(Object.keys(manifest.tables)).toContain(of);
    }
  });

  test('offers beside a table only commands that exist, with arguments that they have', () => {
    for (const [name, { actions = [], logged, columns }] of Object.entries(manifest.tables)) {
      for (const { title, command, given = {} } of actions)
        expect(
          Object.keys(manifest.commands.find((one) => one.name === command)?.args.properties ?? {}),
          `${name}: ${title}`,
        ).toEqual(expect.arrayContaining(Object.keys(given)));
      expect(new Set(actions.map(({ title }) => title)).size, name).toBe(actions.length);
      if (logged !== undefined) expect(columns.map(({ key }) => key)).toContain(logged);
    }
  });

  test('shows side by side only what it measures, a metric for each column', () => {
    const measured = manifest.metrics.map(({ name }) => name);
    for (const { columns, rows } of manifest.comparisons)
      for (const { metrics } of rows) {
        expect(metrics).toHaveLength(columns.length);
        expect(measured).toEqual(expect.arrayContaining([...metrics]));
      }
  });

  test('has pages of answers of commands that only read and need nothing, and beside them commands that exist', () => {
    const named = (name: string) => manifest.commands.find((command) => command.name === name);
    for (const [name, { command, within = name, actions = [] }] of Object.entries(manifest.pages)) {
      expect(Object.keys(manifest.tables), name).not.toContain(name);
      expect(manifest.pages[within]?.within, `${name} within a page that has a tab`).toBe(
        within === name ? manifest.pages[name]?.within : undefined,
      );
      expect(Object.keys(manifest.pages), name).toContain(within);
      expect(named(command)).toMatchObject({ danger: 'safe', unrecorded: 'run' });
      expect(['table', 'json'], command).toContain(named(command)?.result);
      const { properties = {}, required = [] } = named(command)?.args ?? {};
      expect(
        required.filter((argument) => properties[argument]?.default === undefined),
        command,
      ).toEqual([]);
      for (const action of actions) expect(named(action.command), `${name}: ${action.title}`).toBeDefined();
      expect(new Set(actions.map(({ title }) => title)).size, name).toBe(actions.length);
    }
  });

  test('browses files by commands that take what the page of files says', () => {
    if (manifest.files === null) return;
    const { list, stat, remove } = manifest.files;
    const argumentsOf = (name: string) =>
      Object.keys(manifest.commands.find((command) => command.name === name)?.args.properties ?? {});
    expect(argumentsOf(list)).toEqual(expect.arrayContaining(['prefix', 'after', 'folders', 'limit']));
    expect([argumentsOf(stat), argumentsOf(remove)]).toEqual([['uri'], ['uri']]);
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

describe('daemons that clients connect to', () => {
  const both = registry.filter(({ id }) => id === 'ircd' || id === 'relay').map(describeManifest);
  const [ircd, relay] = both as [(typeof both)[number], (typeof both)[number]];

  test.each([
    ...['clients', 'client', 'kill', 'bans', 'add-ban', 'remove-ban'],
    ...['limits', 'set-limits', 'throttle', 'reset-throttle', 'broadcast'],
  ])('have the command %s in common, with the same access, danger and shape', (name) => {
    const [one, other] = both.map(({ commands }) => commands.find((command) => command.name === name)!);
    expect(one).toBeDefined();
    expect(other).toMatchObject({ access: one!.access, danger: one!.danger, result: one!.result });
  });

  test.each([
    ...['accepted_total', 'accept_failures_total', 'tls_handshake_failures_total', 'writes_total'],
    ...['refused_throttled_total', 'refused_address_total', 'refused_full_total', 'refused_banned_total'],
    ...['slow_reader_disconnects_total', 'memory_disconnects_total', 'bytes_in_total', 'bytes_out_total'],
    ...['connections', 'send_queue_bytes', 'send_queue_max_bytes', 'receive_queue_bytes'],
  ])('measure %s both', (suffix) => {
    const [one, other] = both.map(
      ({ id, metrics }) => metrics.find(({ name }) => name === `signalbox_${id}_${suffix}`)!,
    );
    expect(one).toBeDefined();
    expect(other).toMatchObject({ kind: one!.kind, unit: one!.unit });
  });

  test('call what columns have in common by one key and one title', () => {
    const titles = new Map<string, string>();
    for (const { tables, commands } of both) {
      for (const { columns } of [...Object.values(tables), ...commands]) {
        for (const { key, title } of columns) {
          if (key === 'rooms') continue;
          expect(titles.get(key) ?? title, key).toBe(title);
          titles.set(key, title);
        }
      }
    }
    expect(Object.values(ircd.tables.connections!.columns).map(({ key }) => key)).toEqual(
      expect.arrayContaining([
        'address',
        'class',
        'tls',
        'connectedAt',
        'idle',
        'queueBytes',
        'bytesIn',
        'bytesOut',
      ]),
    );
    expect(relay.tables.connections!.columns.map(({ key }) => key)).toEqual(
      expect.arrayContaining([
        'address',
        'class',
        'tls',
        'connectedAt',
        'idle',
        'queueBytes',
        'bytesIn',
        'bytesOut',
      ]),
    );
  });
});

test('a result that gives a password or the like says so, for the audit trail to mask it', () => {
  const fields = registry.flatMap(({ id, commands }) =>
    Object.entries(commands).flatMap(([name, { columns = [] }]) =>
      columns.map(({ key, secret }) => ({ field: `${id} ${name}: ${key}`, secret: secret === true })),
    ),
  );
  const telling = fields.filter(({ field }) => /password|token|secret/i.test(field.split(': ')[1] ?? ''));
  expect(telling).toEqual([
    { field: 'ircd create-account: password', secret: true },
    { field: 'ircd reset-password: password', secret: true },
    { field: 'services create-account: password', secret: true },
    { field: 'services reset-password: password', secret: true },
    // Whether there is one, not what it is.
    { field: 'services unlink-account: password', secret: false },
    // When it ends, not what it is.
    { field: 'services keycloak: tokenExpiresAt', secret: false },
  ]);
});
