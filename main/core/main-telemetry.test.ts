/** Main measured like a daemon. */
import { afterEach, expect, test, vi } from 'vitest';
import { readMetrics } from '../../contract/metric-frame.ts';
import { MAIN_METRICS, MainTelemetry } from './main-telemetry.ts';

let telemetry: MainTelemetry | undefined;
const onSummary = vi.fn();
const queue = { depth: 7, highWater: 9, capacity: 100, submitted: 30, dropped: 1 };
const sink = { write: vi.fn(), close: vi.fn(), queue };

function make(): MainTelemetry {
  const made = new MainTelemetry(sink, onSummary);
  telemetry = made;
  return made;
}
afterEach(() => {
  telemetry?.close();
  vi.unstubAllEnvs();
  vi.useRealTimers();
  vi.clearAllMocks();
});

test('what main says of itself beyond every process', () => {
  expect(MAIN_METRICS.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    'counter signalbox_main_requests_total',
    'counter signalbox_main_request_errors_total',
    'histogram signalbox_main_request_seconds',
    'gauge signalbox_main_clients',
    'gauge signalbox_main_daemons_running',
    'counter signalbox_main_daemon_crashes_total',
    'gauge signalbox_main_history_buffered',
    'counter signalbox_main_history_dropped_total',
    'counter signalbox_main_log_records_dropped_total',
  ]);
});

test('it sums itself up once a second, in values that stay as they are, until it closes', () => {
  vi.useFakeTimers();
  const telemetry = make();
  vi.advanceTimersByTime(999);
  expect(onSummary).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onSummary).toHaveBeenCalledOnce();
  telemetry.requests.add();
  const [first] = onSummary.mock.calls[0] as [ReturnType<MainTelemetry['summarise']>];
  vi.advanceTimersByTime(1_000);
  const [second] = onSummary.mock.calls[1] as [ReturnType<MainTelemetry['summarise']>];
  const requests = (summary: typeof first) =>
    readMetrics(telemetry.registry.layout, summary.values).signalbox_main_requests_total;
  expect([requests(first), requests(second)]).toEqual([0, 1]);
  telemetry.close();
  vi.advanceTimersByTime(5_000);
  expect(onSummary).toHaveBeenCalledTimes(2);
  expect(sink.close).toHaveBeenCalled();
});

test('figures that are kept elsewhere are read before each sample: totals as totals, the rest as they are', () => {
  const telemetry = make();
  let [clients, dropped] = [3, 10];
  telemetry.observe(() => ({ clients, history_dropped_total: dropped }));
  const read = () => {
    const { values } = telemetry.summarise();
    const { signalbox_main_clients, signalbox_main_history_dropped_total } = readMetrics(
      telemetry.registry.layout,
      values,
    );
    return [signalbox_main_clients, signalbox_main_history_dropped_total];
  };
  expect(read()).toEqual([3, 10]);
  [clients, dropped] = [1, 12];
  expect(read()).toEqual([1, 12]);
});

test('it writes what it logs to its file, debug only where that is asked for', () => {
  make();
  const events = () => sink.write.mock.calls.map(([{ event }]) => event);
  telemetry?.logger.log('debug', 'main', 'small', 'x');
  telemetry?.logger.log('info', 'main', 'large', 'x');
  expect(events()).toEqual(['large']);
  telemetry?.close();
  vi.stubEnv('SIGNALBOX_LOG_LEVEL', 'debug');
  make();
  telemetry?.logger.log('debug', 'main', 'small', 'x');
  expect(events()).toEqual(['large', 'small']);
});
