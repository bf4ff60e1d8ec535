import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readMetrics } from '../../../contract/metric-frame.ts';
import { processMetrics } from '../../../contract/metric-specs.ts';
import { MetricRegistry } from './metric-registry.ts';
import { type ProcessProbes, processProbes } from './process-probes.ts';
import { ProcessSampler } from './process-sampler.ts';

/** Long enough that another thread is surely given a core meanwhile, in milliseconds. */
const MEANWHILE_MS = 300;

/** A process whose clock and figures stand still until a test moves them. */
class StillProcess implements ProcessProbes {
  now = 5_000;
  /** Microseconds. */
  readonly cpu = { user: 40_000_000, system: 2_000_000 };
  readonly thread = { user: 30_000_000, system: 1_000_000 };
  resident: number | null = 104_857_600;
  used = 31_457_280;
  limit = 4_294_967_296;
  descriptors = 1_048_576;
  listener: ((pauseMs: number) => void) | null = null;

  nowMs = () => this.now;
  cpuUsage = () => ({ ...this.cpu });
  threadCpuUsage = () => ({ ...this.thread });
  residentBytes = () => this.resident;
  heap = () => ({ usedBytes: this.used, limitBytes: this.limit });
  descriptorLimit = () => this.descriptors;
  onCollection(listener: (pauseMs: number) => void) {
    this.listener = listener;
    return () => {
      this.listener = null;
    };
  }

  /** This thread works for so many milliseconds, which pass meanwhile. */
  work(userMs: number, systemMs = 0): void {
    for (const usage of [this.cpu, this.thread]) {
      usage.user += userMs * 1_000;
      usage.system += systemMs * 1_000;
    }
    this.now += userMs + systemMs;
  }
}

let machine: StillProcess;
let registry: MetricRegistry;
let sampler: ProcessSampler | null;

beforeEach(() => {
  vi.useFakeTimers();
  machine = new StillProcess();
  registry = new MetricRegistry('t', []);
  sampler = null;
});
afterEach(() => {
  sampler?.close();
  vi.useRealTimers();
});

function begin(): ProcessSampler {
  sampler = new ProcessSampler('t', registry, machine);
  return sampler;
}

/** What the process says of itself, by the last part of the names; of histograms what they counted and summed up. */
function figures(): Record<string, unknown> {
  const readings = readMetrics(registry.layout, registry.values);
  return Object.fromEntries(
    Object.entries(readings).map(([name, reading]) => [name.replace('signalbox_t_', ''), reading]),
  );
}

it('shows a second in which one core worked for 250 ms as a quarter of a core', () => {
  const process = begin();
  machine.work(200, 50);
  machine.now += 750;
  process.summarise();
  expect(figures().cpu_ratio).toBe(0.25);
});

it('shows a second in which every thread of two cores worked as two', () => {
  const process = begin();
  machine.cpu.user += 1_500_000;
  machine.cpu.system += 500_000;
  machine.now += 1_000;
  process.summarise();
  expect(figures().cpu_ratio).toBe(2);
});

it('takes the share of the time that has passed, where a second came late', () => {
  const process = begin();
  machine.work(1_000);
  machine.now += 3_000;
  process.summarise();
  expect(figures().cpu_ratio).toBe(0.25);
});

it('forgets the CPU of the second before', () => {
  const process = begin();
  machine.work(900);
  machine.now += 100;
  process.summarise();
  machine.work(0, 10);
  machine.now += 990;
  process.summarise();
  expect(figures().cpu_ratio).toBeCloseTo(0.01, 12);
});

it('keeps the last share where no time has passed', () => {
  const process = begin();
  machine.work(500);
  machine.now += 500;
  process.summarise();
  process.summarise();
  expect(figures()).toMatchObject({ cpu_ratio: 0.5 });
});

it('counts the CPU time since the process began in seconds, user and system', () => {
  const process = begin();
  process.summarise();
  expect(figures().cpu_seconds_total).toBe(42);
  machine.work(200, 50);
  process.summarise();
  expect(figures().cpu_seconds_total).toBe(42.25);
});

it('shows memory in bytes as the system tells it, and the last figure while it cannot be read', () => {
  const process = begin();
  process.summarise();
  expect(figures()).toMatchObject({
    resident_memory_bytes: 104_857_600,
    heap_used_bytes: 31_457_280,
    heap_limit_bytes: 4_294_967_296,
  });
  machine.resident = null;
  machine.used = 1_000;
  process.summarise();
  expect(figures()).toMatchObject({ resident_memory_bytes: 104_857_600, heap_used_bytes: 1_000 });
});

it('shows the limit of descriptors, and 0 where there is none', () => {
  begin().summarise();
  expect(figures().descriptor_limit).toBe(1_048_576);
  sampler?.close();
  machine.descriptors = Number.POSITIVE_INFINITY;
  begin().summarise();
  expect(figures().descriptor_limit).toBe(0);
});

it('shows 20 ms of work for windows in a second as 2 % of a core, and only that as monitoring', () => {
  const process = begin();
  machine.work(300);
  process.measure(() => machine.work(15, 5));
  machine.now += 680;
  process.summarise();
  expect(figures()).toMatchObject({ cpu_ratio: 0.32, monitoring_cpu_ratio: 0.02 });
  machine.now += 1_000;
  process.summarise();
  expect(figures()).toMatchObject({ cpu_ratio: 0, monitoring_cpu_ratio: 0 });
});

it('counts what making a summary itself takes in the next second', () => {
  const process = begin();
  const sample = vi.spyOn(registry, 'sample').mockImplementationOnce(() => machine.work(4));
  process.summarise();
  machine.now += 996;
  process.summarise();
  expect(sample).toHaveBeenCalledTimes(2);
  expect(figures().monitoring_cpu_ratio).toBe(0.004);
});

it('counts work for windows that fails, and hands its error on', () => {
  const process = begin();
  const failing = () => {
    machine.work(100);
    throw new Error('no');
  };
  expect(() => process.measure(failing)).toThrow('no');
  machine.now += 900;
  process.summarise();
  expect(figures().monitoring_cpu_ratio).toBe(0.1);
});

/** Lets the timer that asks how late the loop is come, `lateMs` after its time. */
function letProbeCome(waitMs: number, lateMs: number): void {
  machine.now += waitMs + lateMs;
  vi.advanceTimersByTime(waitMs);
}

it('shows a timer that came 50 ms late as 0.05 s of loop delay', () => {
  const process = begin();
  letProbeCome(20, 50);
  process.summarise();
  expect(figures().loop_delay_seconds).toMatchObject({ count: 1 });
  const { max, p50 } = figures().loop_delay_seconds as { max: number; p50: number };
  expect(max / 0.05).toBeCloseTo(1, 1);
  expect(p50 / 0.05).toBeCloseTo(1, 1);
});

it('shows a timer that came before its time as no delay', () => {
  const process = begin();
  letProbeCome(20, -3);
  process.summarise();
  expect(figures().loop_delay_seconds).toMatchObject({ count: 1, max: 0 });
});

it('asks how late the loop is 50 times a second while the process works, and 4 times while it idles', () => {
  const process = begin();
  const secondOf = (cpuMs: number) => {
    const before = (figures().loop_delay_seconds as { count: number }).count;
    machine.work(cpuMs);
    machine.now += 1_000 - cpuMs;
    vi.advanceTimersByTime(1_000);
    process.summarise();
    return (figures().loop_delay_seconds as { count: number }).count - before;
  };
  expect(secondOf(51)).toBe(50);
  expect(secondOf(50)).toBe(50);
  // The timer that was set while it worked comes once more.
  expect(secondOf(51)).toBe(4);
  expect(secondOf(0)).toBeGreaterThan(40);
});

it('shows a collection of 12 ms as 0.012 s, and what all of them took together', () => {
  const process = begin();
  machine.listener?.(12);
  machine.listener?.(3);
  process.summarise();
  const gc = figures().gc_pause_seconds as { count: number; max: number; p50: number };
  expect(gc.count).toBe(2);
  expect(gc.max / 0.012).toBeCloseTo(1, 1);
  expect(gc.p50 / 0.003).toBeCloseTo(1, 1);
  const sum = registry.layout.slot('signalbox_t_gc_pause_seconds') + 1;
  expect(registry.values[sum]).toBeCloseTo(0.015, 12);
});

it('neither asks nor listens any more once it is closed', () => {
  begin().close();
  expect(machine.listener).toBeNull();
  expect(vi.getTimerCount()).toBe(0);
});

it('says when a second ended, in milliseconds since 1970', () => {
  vi.setSystemTime(1_700_000_000_123);
  expect(begin().summarise()).toMatchObject({ time: 1_700_000_000_123, values: registry.values });
});

it('has a figure here for every metric that each process has', () => {
  const process = begin();
  process.summarise();
  // Those that the sampler does not fill in have tests of their own, beside the stream hub, the registry and the loop watch.
  const elsewhere = [
    'monitoring_bytes_total',
    'monitoring_subscribers',
    'instruments',
    'loop_blocks_total',
    'instruments_refused_total',
  ];
  const here = [
    'cpu_ratio',
    'cpu_seconds_total',
    'resident_memory_bytes',
    'heap_used_bytes',
    'heap_limit_bytes',
    'descriptor_limit',
    'loop_delay_seconds',
    'gc_pause_seconds',
    'monitoring_cpu_ratio',
  ];
  expect(processMetrics('t').map(({ name }) => name.replace('signalbox_t_', ''))).toEqual(
    expect.arrayContaining([...here, ...elsewhere]),
  );
  expect(processMetrics('t')).toHaveLength(here.length + elsewhere.length);
});

it('reads this process in the units that it says', () => {
  vi.useRealTimers();
  const before = process.cpuUsage();
  const usage = processProbes.cpuUsage();
  const after = process.cpuUsage();
  expect(usage.user).toBeGreaterThanOrEqual(before.user);
  expect(usage.user).toBeLessThanOrEqual(after.user);
  const thread = processProbes.threadCpuUsage();
  const all = process.cpuUsage();
  // A thread has no more than the process; the two are counted apart, so a moment of difference is allowed for.
  expect(thread.user + thread.system).toBeLessThanOrEqual((all.user + all.system) * 1.1);
  const startedMs = performance.now();
  expect(processProbes.nowMs()).toBeGreaterThanOrEqual(startedMs);
  expect(processProbes.nowMs()).toBeLessThanOrEqual(performance.now());
  const { usedBytes, limitBytes } = processProbes.heap();
  expect(usedBytes).toBeGreaterThan(1_000_000);
  expect(limitBytes).toBeGreaterThan(usedBytes);
  expect(processProbes.residentBytes()).toBeGreaterThan(usedBytes / 2);
});

it('counts pieces of work that are shorter than a tick of the scheduler', () => {
  vi.useRealTimers();
  const total = ({ user, system }: NodeJS.CpuUsage) => user + system;
  const used = Array.from({ length: 50 }, () => {
    const before = total(processProbes.threadCpuUsage());
    let sum = 0;
    for (let i = 0; i < 100_000; i++) sum += Math.sqrt(i);
    expect(sum).toBeGreaterThan(0);
    return total(processProbes.threadCpuUsage()) - before;
  });
  expect(used.filter((microseconds) => microseconds === 0)).toEqual([]);
});

it('does not count as monitoring what another thread does at the same time', async () => {
  vi.useRealTimers();
  const busy = new Worker('for (;;);', { eval: true });
  await once(busy, 'online');
  sampler = new ProcessSampler('t', registry);
  sampler.measure(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MEANWHILE_MS));
  sampler.summarise();
  sampler.close();
  await busy.terminate();
  const { cpu_ratio: all, monitoring_cpu_ratio: monitoring } = figures();
  expect(all).toBeGreaterThan(0);
  expect(monitoring).toBeLessThan(Number(all) / 2);
});
