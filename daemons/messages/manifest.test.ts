/** The manifest as operators meet it: what is measured of the keeper of messages, what of it is drawn, and who begins it. */
import { expect, it } from 'vitest';
import { limits } from './limits.ts';
import { manifest } from './manifest.ts';

const bare = (name: string) => name.replace('signalbox_messages_', '');

it('measures what it says, in these units', () => {
  expect(manifest.metrics.map(({ name, kind, unit }) => `${bare(name)} ${kind} ${unit}`)).toEqual([
    'messages gauge count',
    'kept_bytes gauge bytes',
    'database_bytes gauge bytes',
    'written_total counter count',
    'deleted_total counter count',
    'transactions_total counter count',
    'write_failures_total counter count',
    'answer_seconds histogram seconds',
    'connections gauge count',
  ]);
});

it('draws only what it measures, under a title each', () => {
  const { charts = [], highlights = {} } = manifest;
  expect(charts.map(({ title, metrics }) => `${title}: ${metrics.map(bare).join(' ')}`)).toEqual([
    'Messages: written_total deleted_total',
    'Room: kept_bytes database_bytes',
    'Answers: answer_seconds',
  ]);
  expect(Object.entries(highlights).map(([what, name]) => `${what} ${bare(name)}`)).toEqual([
    'messages written_total',
    'latency answer_seconds',
  ]);
  const known = new Set(manifest.metrics.map(({ name }) => name));
  for (const name of [...charts.flatMap(({ metrics }) => metrics), ...Object.values({ ...highlights })])
    expect(known).toContain(name);
});

it('is begun by whoever needs it, is no business of operators, and takes no settings', () => {
  expect([manifest.id, manifest.internal, manifest.onDemand]).toEqual(['messages', true, true]);
  expect(manifest.commands).toEqual({});
  expect(manifest.config.parse({})).toEqual({});
  expect(manifest.config.safeParse({ keep_minutes: 5 }).success).toBe(false);
});

it.each(Object.entries(limits))('%s has the unit that its name says, and a reason', (name, limit) => {
  const ends = { Ms: 'milliseconds', Bytes: 'bytes' };
  const unit = Object.entries(ends).find(([end]) => name.endsWith(end))?.[1] ?? 'count';
  expect(limit.unit).toBe(unit);
  expect(limit.default).toBeGreaterThan(0);
  expect(limit.reason).toMatch(/^[A-Z].{20,}\.$/s);
});
