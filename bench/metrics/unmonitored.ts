/**
 * Loaded with `--import` before a daemon: switches its monitoring off as far as that is possible from outside. No
 * summary is made, no frame is sent, and counters, gauges and histograms do nothing. Used by bench/metrics/cost.ts.
 */
import { DaemonHost } from '../../daemons/runtime/host/daemon-host.ts';
import { Counter, Gauge } from '../../daemons/runtime/telemetry/metric-handles.ts';
import { RollingHistogram } from '../../daemons/runtime/telemetry/rolling-histogram.ts';

const nothing = () => {};

DaemonHost.prototype.summarise = () => ({ time: 0, revision: 1, values: new Float64Array(), intervals: [] });
Counter.prototype.add = nothing;
Counter.prototype.setTotal = nothing;
Gauge.prototype.add = nothing;
Gauge.prototype.set = nothing;
RollingHistogram.prototype.record = nothing;
RollingHistogram.prototype.recordSince = nothing;
