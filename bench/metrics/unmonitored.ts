/**
 * Loaded with `--import` before a daemon: switches its monitoring off as far as that is possible from outside. No
 * summary is made, no frame is sent, and counters, gauges and histograms do nothing. Ends the process where something of that
 * is not there any more. Used by bench/metrics/cost.ts.
 */
import { DaemonHost } from '../../daemons/runtime/host/daemon-host.ts';
import { Counter, Gauge } from '../../daemons/runtime/telemetry/metric-handles.ts';
import { RollingHistogram } from '../../daemons/runtime/telemetry/rolling-histogram.ts';
import { replaceMethod } from './replace-method.ts';

const nothing = () => {};

replaceMethod(DaemonHost, 'summarise', () => ({
  time: 0,
  revision: 1,
  values: new Float64Array(),
  intervals: [],
}));
for (const name of ['add', 'setTotal']) replaceMethod(Counter, name, nothing);
for (const name of ['add', 'set']) replaceMethod(Gauge, name, nothing);
for (const name of ['record', 'recordSince']) replaceMethod(RollingHistogram, name, nothing);
