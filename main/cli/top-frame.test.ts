/** What `signalbox top` draws, and that it stays within the terminal. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instrumentsIn } from '../../contract/instrument-rows.ts';
import type { InstrumentKind } from '../../contract/manifest.ts';
import type { MetricReading } from '../../contract/metric-frame.ts';
import { metricSpecs } from '../../contract/metric-specs.ts';
import type { Trouble } from '../../kit/instrument-trouble.ts';
import { lastOffset, type Paint, SORTS, type TopPicture, type TopView, topLines } from './top-frame.ts';
import type { InstrumentLine, ProcessLine } from './top-model.ts';

const plain: Paint = (_, text) => text;
const marked: Paint = (style, text) => `<${style}>${text}</>`;
const view: TopView = { columns: 200, rows: 24, sort: 'trouble', offset: 0, paint: plain, hasKeys: true };

const main: ProcessLine = {
  ...{ id: 'main', state: 'running', unresponsive: false, pid: 7 },
  ...{ cpuRatio: 0.1234, memoryBytes: 1_048_576, loopDelayP99Seconds: 0.002, messagesPerSecond: null },
};

/** An instrument with a depth, a capacity and a wait. */
function line(
  name: string,
  trouble: Trouble,
  depth: number,
  wait = 0,
  kind: InstrumentKind = 'queue',
): InstrumentLine {
  const { gauge, histogram } = metricSpecs('d');
  const labels = { [kind]: name };
  const catalog = [
    gauge(`${kind}_depth`, ''),
    gauge(`${kind}_capacity`, ''),
    histogram(`${kind}_wait`, ''),
  ].map((spec) => ({ ...spec, labels, instrument: kind }));
  const values: Record<string, MetricReading> = {
    [`signalbox_d_${kind}_depth`]: depth,
    [`signalbox_d_${kind}_capacity`]: 100,
    [`signalbox_d_${kind}_wait_seconds`]: {
      count: 1,
      p50: wait / 2,
      p95: wait,
      p99: wait,
      p999: wait,
      max: wait,
    },
  };
  return {
    found: instrumentsIn('d', catalog)[0]!,
    trouble,
    read: (id) => values[id.split('{')[0] ?? ''],
  };
}
const picture = (change: Partial<TopPicture> = {}): TopPicture => ({
  ...{ time: 0, processes: [main], tasks: [], instruments: [], ...change },
});
const words = (lines: readonly string[]) => lines.map((one) => one.trimEnd().split(/ {2,}/));

test('a picture has the processes with what they take, the tasks, and the instruments', () => {
  const stopped: ProcessLine = {
    ...{ id: 'ircd', state: 'stopped', unresponsive: false, pid: null },
    ...{ cpuRatio: null, memoryBytes: null, loopDelayP99Seconds: null, messagesPerSecond: 12.34 },
  };
  const task = { id: 1, title: 'Copying', phase: 'pages', done: 1, total: 4, cancellable: true, end: null };
  const lines = topLines(
    picture({
      processes: [main, stopped],
      tasks: [{ ...task, source: 'recorder' }],
      instruments: [line('out', 'full', 100, 0.25)],
    }),
    view,
  );
  const [title, ...rest] = words(lines);
  expect(title).toEqual(['signalbox top', expect.stringMatching(/^19[67]/), '1 of 2 processes run']);
  expect(rest).toEqual([
    ['DAEMON', 'STATE', 'PID', 'CPU', 'MEMORY', 'LOOP P99', 'MESSAGES'],
    ['main', 'running', '7', '12.3 %', '1.0 MiB', '2.00 ms', '-'],
    ['ircd', 'stopped', '-', '-', '-', '-', '12/s'],
    ['task', 'recorder: Copying: pages, 25 %'],
    [''],
    expect.arrayContaining(['TROUBLE', 'DAEMON', 'KIND', 'NAME', 'DEPTH']),
    ['full', 'd', 'queue', 'out', '100 of 100', '-', '125.00 ms, 250.00 ms', '-', '-', '-', '-'],
    ['q quit', 'up/down scroll', 'left/right sort', 'by trouble'],
  ]);
});

test('where nothing has queues or pools that is said', () => {
  expect(topLines(picture(), view).slice(-2)).toEqual([
    'No daemon has queues or pools now.',
    'q quit   up/down scroll   left/right sort',
  ]);
});

test('what is wrong has a colour where there are any, and words anyway', () => {
  const hangs = { ...main, unresponsive: true };
  const lines = topLines(
    picture({ processes: [hangs, main], instruments: [line('a', 'open', 1), line('b', 'filling', 80)] }),
    { ...view, paint: marked },
  ).join('\n');
  expect(lines).toMatch(/<yellow>running \(unresponsive\) +<\/>/);
  expect(lines).toMatch(/<green>running +<\/>/);
  expect(lines).toMatch(/<red>open +<\/>/);
  expect(lines).toMatch(/<yellow>filling +<\/>/);
});

describe('instruments', () => {
  const all = [line('b', 'full', 5, 0.1), line('a', 'none', 9, 0.3), line('c', 'none', 1, 0.2)];
  const names = (change: Partial<TopView>) =>
    words(topLines(picture({ instruments: all }), { ...view, ...change }))
      .filter((cells) => cells.includes('queue'))
      .map((cells) => cells[cells.indexOf('queue') + 1]);

  test('are sorted by what the reader wants, the most first, and names from a on', () => {
    expect(SORTS.map((sort) => names({ sort }).join(''))).toEqual(['bac', 'abc', 'abc', 'acb', 'bac', 'bac']);
  });

  test('scroll, and say how many are below', () => {
    // A title, the processes with their header, an empty line, the header and the keys.
    expect(names({ rows: 8 })).toEqual(['b', 'a']);
    expect(topLines(picture({ instruments: all }), { ...view, rows: 8 }).at(-1)).toContain('1 more below');
    expect(names({ rows: 8, offset: 1 })).toEqual(['a', 'c']);
    expect(topLines(picture({ instruments: all }), { ...view, rows: 8, offset: 1 }).at(-1)).not.toContain(
      'more',
    );
    expect(names({ rows: 8, offset: 99 })).toEqual(['a', 'c']);
    expect(lastOffset(picture({ instruments: all }), { rows: 8, hasKeys: true })).toBe(1);
    expect(lastOffset(picture({ instruments: all }), { rows: 50, hasKeys: true })).toBe(0);
  });

  test('are all there where there is no end of lines, and no keys are named', () => {
    const lines = topLines(picture({ instruments: all }), {
      ...{ ...view, rows: Number.POSITIVE_INFINITY, columns: Number.POSITIVE_INFINITY, hasKeys: false },
    });
    expect(lines).toHaveLength(8);
    expect(lines.join('\n')).not.toContain('quit');
  });
});

test('a picture is never wider nor higher than the terminal, whatever is called how', () => {
  const made = fc.record({
    name: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
    depth: fc.nat(),
    trouble: fc.constantFrom<Trouble>('full', 'none'),
  });
  fc.assert(
    fc.property(
      fc.array(made, { maxLength: 8 }),
      fc.record({ columns: fc.integer({ min: 1, max: 120 }), rows: fc.integer({ min: 1, max: 20 }) }),
      fc.nat(12),
      fc.constantFrom(...SORTS),
      (instruments, size, offset, sort) => {
        const shown = picture({
          instruments: instruments.map((one) => line(one.name, one.trouble, one.depth)),
        });
        const lines = topLines(shown, { ...view, ...size, offset, sort });
        expect(lines.length).toBeLessThanOrEqual(size.rows);
        for (const one of lines) expect([...one].length).toBeLessThanOrEqual(size.columns);
      },
    ),
  );
});
