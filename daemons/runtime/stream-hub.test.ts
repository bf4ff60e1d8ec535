import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { MetricFrame } from '../contract/metric-frame.ts';
import { metricSpecs } from '../contract/metric-specs.ts';
import type { FromWindow, ToWindow } from '../contract/stream.ts';
import { Logger } from './logger.ts';
import { MetricRegistry } from './metric-registry.ts';
import { ProcessSampler } from './process-sampler.ts';
import { StreamHub } from './stream-hub.ts';

const { name, gauge, histogram } = metricSpecs('t');

/** A process with one gauge and one histogram, and the timer of its summaries. */
function makeProcess() {
  const registry = new MetricRegistry('t', [gauge('level', ''), histogram('wait', '')]);
  const sampler = new ProcessSampler('t', registry);
  const hub = new StreamHub({ source: 't', instance: 1, registry, sampler, logger: new Logger('info') });
  const level = registry.gauge(name('level'));
  const summaries = setInterval(() => {
    sampler.summarise();
    hub.secondEnded();
  }, 1_000);
  const close = () => {
    clearInterval(summaries);
    hub.close();
    sampler.close();
  };
  return {
    hub,
    level,
    wait: registry.histogram(name('wait_seconds')),
    slot: registry.layout.slot(name('level')),
    close,
  };
}

/** A window; `acknowledges` says whether it gives credits back by itself. */
function openWindow(hub: StreamHub, hz: number, acknowledges = true) {
  let receive: (data: unknown) => void = () => {};
  const frames: { readonly frame: MetricFrame; readonly level: number }[] = [];
  const window = { frames, say: (message: FromWindow) => receive(message) };
  hub.attach({
    send(message: ToWindow) {
      if (message.type !== 'frame') return 0;
      // The values belong to the process, which goes on writing them.
      frames.push({ frame: message.frame, level: message.frame.values[subject.slot] ?? Number.NaN });
      if (acknowledges) queueMicrotask(() => receive({ type: 'ack', seq: message.frame.seq }));
      return 100;
    },
    onMessage(listener) {
      receive = listener;
    },
    onClose() {},
    close() {},
  });
  window.say({ type: 'rate', hz });
  return window;
}

let subject: ReturnType<typeof makeProcess>;

beforeEach(() => {
  vi.useFakeTimers();
  subject = makeProcess();
});
afterEach(() => {
  subject.close();
  vi.useRealTimers();
});

it('sends a frame at once, and one a second while nothing happens', async () => {
  const window = openWindow(subject.hub, 10);
  expect(window.frames).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(window.frames).toHaveLength(11);
  expect(window.frames.map(({ frame }) => frame.seq)).toEqual(Array.from({ length: 11 }, (_, i) => i + 1));
  expect(window.frames.at(-1)?.frame.skipped).toBe(0);
});

it('sends ten frames a second while a value changes', async () => {
  const window = openWindow(subject.hub, 10);
  const change = setInterval(() => subject.level.add(1), 20);
  await vi.advanceTimersByTimeAsync(1_000);
  window.frames.length = 0;
  await vi.advanceTimersByTimeAsync(5_000);
  clearInterval(change);
  expect(window.frames.length).toBeGreaterThanOrEqual(45);
  expect(window.frames.length).toBeLessThanOrEqual(55);
  const times = window.frames.map(({ frame }) => frame.time);
  expect(Math.min(...times.slice(1).map((time, i) => time - (times[i] ?? 0)))).toBeGreaterThanOrEqual(50);
});

it('shows the first change after a quiet time within a quarter of a second', async () => {
  const window = openWindow(subject.hub, 10);
  await vi.advanceTimersByTimeAsync(5_300);
  subject.level.set(7);
  await vi.advanceTimersByTimeAsync(250);
  expect(window.frames.at(-1)?.level).toBe(7);
});

it('shows what a histogram records before the second is over', async () => {
  const window = openWindow(subject.hub, 10);
  await vi.advanceTimersByTimeAsync(5_300);
  const before = window.frames.length;
  subject.wait.record(1e6);
  await vi.advanceTimersByTimeAsync(250);
  expect(window.frames.length).toBe(before + 1);
});

it('sends a hidden window one frame a second, whatever happens and whoever else looks', async () => {
  openWindow(subject.hub, 10);
  const hidden = openWindow(subject.hub, 1);
  const change = setInterval(() => subject.level.add(1), 20);
  await vi.advanceTimersByTimeAsync(10_000);
  clearInterval(change);
  expect(hidden.frames.length).toBeGreaterThanOrEqual(9);
  expect(hidden.frames.length).toBeLessThanOrEqual(11);
});

it('sends no third frame without an acknowledgement, and counts what it overwrote', async () => {
  const window = openWindow(subject.hub, 10, false);
  subject.level.set(1);
  await vi.advanceTimersByTimeAsync(250);
  expect(window.frames.map(({ frame }) => frame.seq)).toEqual([1, 2]);
  for (const level of [2, 3, 4]) {
    subject.level.set(level);
    await vi.advanceTimersByTimeAsync(110);
  }
  expect(window.frames).toHaveLength(2);
  window.say({ type: 'ack', seq: 2 });
  expect(window.frames).toHaveLength(3);
  // Of three frames that were due the newest was sent; the other two were overwritten.
  expect(window.frames[2]).toMatchObject({ level: 4, frame: { seq: 3, skipped: 2 } });
});

it('counts nothing as overwritten while nothing changes', async () => {
  const window = openWindow(subject.hub, 10, false);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(window.frames).toHaveLength(2);
  window.say({ type: 'ack', seq: 2 });
  expect(window.frames[2]?.frame.skipped).toBe(0);
});

it('sends nothing to a window that wants nothing', async () => {
  const window = openWindow(subject.hub, 10);
  window.say({ type: 'rate', hz: 0 });
  const before = window.frames.length;
  subject.level.set(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(window.frames).toHaveLength(before);
});
