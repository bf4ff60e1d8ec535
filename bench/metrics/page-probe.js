/**
 * Runs in the measured page before anything else (JavaScript, because the page takes it as it is): notes in
 * `benchProbe` for every metric frame how many milliseconds it took from the daemon's sample to the page (`transport`)
 * and from there to the end of the next paint (`paint`), when frames of the IRC server came (`ircdFrames`), and every
 * task of over 50 ms (`longTasks`). It also adds one chart to the IRC server's, of metrics that have none, so that its
 * Live page has 50 lines. Given to Playwright by bench/metrics/window.ts.
 */
const probe = { transport: [], paint: [], longTasks: [], ircdFrames: [] };
globalThis.benchProbe = probe;

/** Where the time stands in a frame; see contract/metric-frame.ts. */
const TIME_OFFSET = 8;

/** The page has 37 lines of its own. */
const ADDED_LINES = 13;

/** The host's answer to `hello` with one more chart; anything else as it is. */
function withMoreLines(text) {
  const message = JSON.parse(text);
  const ircd = message.outcome?.result?.manifests?.find(({ id }) => id === 'ircd');
  if (ircd === undefined) return text;
  const charted = new Set(ircd.charts.flatMap(({ metrics }) => metrics));
  const free = ircd.metrics.filter(({ name, kind }) => kind !== 'histogram' && !charted.has(name));
  ircd.charts.push({ title: 'More', metrics: free.slice(0, ADDED_LINES).map(({ name }) => name) });
  return JSON.stringify(message);
}

new PerformanceObserver((list) => {
  for (const task of list.getEntries()) probe.longTasks.push(task.duration);
}).observe({ type: 'longtask', buffered: true });

globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
    this.addEventListener('message', (event) => {
      const { data } = event;
      if (typeof data === 'string' && event.isTrusted && this.url.endsWith('/control')) {
        event.stopImmediatePropagation();
        this.dispatchEvent(new MessageEvent('message', { data: withMoreLines(data) }));
      }
      if (!(data instanceof ArrayBuffer)) return;
      const arrived = performance.now();
      const sampled = new DataView(data).getFloat64(TIME_OFFSET, true);
      if (this.url.endsWith('/stream/ircd')) probe.ircdFrames.push(arrived);
      probe.transport.push(performance.timeOrigin + arrived - sampled);
      requestAnimationFrame(() => {
        // A message posted in an animation frame is handled after that frame's layout and paint.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          probe.paint.push(performance.now() - arrived);
          port1.close();
        };
        port2.postMessage(null);
      });
    });
  }
};
