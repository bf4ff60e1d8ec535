/** A worker thread that counts as fast as it can. Used by the tests of the registry only. */
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadMetrics } from '../thread-metrics.ts';

const metrics = ThreadMetrics.attach(workerData.description);
const things = metrics.counter('signalbox_t_things_total');
const wait = metrics.histogram('signalbox_t_wait_seconds');
metrics.gauge('signalbox_t_level').set(5);
parentPort?.postMessage('attached');
for (let i = 0; i < workerData.times; i++) things.add();
for (let i = 1; i <= 1_000; i++) wait.record(i * 1_000);
parentPort?.postMessage('done');
