/**
 * A thread that serves connections, as a ServingWorker starts it: takes sockets by their descriptors and has them to their end. It reads the
 * store by itself and asks its owner to change it.
 */
import { systemClock, type Timer } from '../../../kit/clock.ts';
import { currentWorker } from '../../runtime/async/current-worker.ts';
import { ThreadMetrics } from '../../runtime/telemetry/thread-metrics.ts';
import { ServingMetrics, unreadMetrics } from '../metrics.ts';
import { loadNative } from '../native/native-calls.ts';
import { ObjectReader } from '../store/object-reader.ts';
import { StoreClient } from '../store/store-port.ts';
import { FactsRow, fact } from './facts-board.ts';
import { ServingThread } from './serving-thread.ts';
import { StealingWork } from './stealing-work.ts';
import { showFigures } from './worker-figures.ts';
import type {
  FromWorker,
  ServingWorkerData,
  SocketHandOver,
  ToWorker,
  WorkerQuestion,
} from './worker-messages.ts';

/** How often its figures are shown while it works. */
const FIGURES_MS = 100;

const worker = currentWorker<ServingWorkerData>();
const { data } = worker;
const say = (message: FromWorker) => worker.post(message);
const native = loadNative();
const store = new StoreClient(data.store);
const reader = new ObjectReader(data.reading, {
  entries: data.shared.cacheEntries,
  native: native?.files ?? null,
  onHot: (uri) => void store.wantCopy(uri),
});
const metrics = data.metrics === null ? null : ThreadMetrics.attach(data.metrics);
const figures = new Float64Array(data.figures);
const reading = new Map<number, () => void>();
let stealing: StealingWork | null = null;
let lastRead = 0;
let timer: Timer | null = null;

const thread = new ServingThread({
  name: 'copy buffers',
  reader,
  writes: store,
  native,
  nativeReason: data.nativeReason,
  metrics: new ServingMetrics(metrics ?? unreadMetrics),
  settings: data.settings,
  clock: systemClock,
  onClosed: (client) => {
    show();
    say({ type: 'closed', client });
  },
  onChanged: () => {},
  onRefused: (client, why) => say({ type: 'refused', client, why }),
  onDefect: (error) => say({ type: 'defect', text: String(error instanceof Error ? error.stack : error) }),
  onShown: showSoon,
  readAhead: (fd, offset, bytes) =>
    new Promise((resolve) => {
      reading.set(++lastRead, resolve);
      say({ type: 'read', id: lastRead, fd, offset, bytes });
    }),
});

function showSoon(): void {
  timer ??= systemClock.after(FIGURES_MS, show);
}

function show(): void {
  timer?.cancel();
  timer = null;
  showFigures(thread, figures);
}

function serve({ fd, terms, peer, early, row: place }: SocketHandOver): void {
  const row = new FactsRow(place);
  row.set(fact.taken, 1);
  thread.serveDescriptor(fd, terms, peer, early === null ? null : Buffer.from(early), row);
}

function answer({ id, name, argument }: WorkerQuestion): void {
  const { cache } = reader;
  const reply = (result: unknown) => say({ type: 'answer', id, answer: result });
  if (name === 'cached') reply(thread.cached());
  else if (name === 'clearCache') reply(cache.clear());
  else reply(argument.on ? cache.pin(argument.uri) : cache.unpin(argument.uri));
}

function onMessage(message: ToWorker): void {
  switch (message.type) {
    case 'serve':
      serve(message.socket);
      break;
    case 'kill':
      thread.kill(message.client);
      break;
    case 'drain':
      thread.drain();
      break;
    case 'resume':
      thread.resume();
      break;
    case 'configure':
      thread.configure(message.settings);
      break;
    case 'share':
      thread.share(message.shared);
      break;
    case 'steal':
      stealing ??= new StealingWork(reader, message.members, showSoon);
      stealing.setOthers(message.members.others);
      thread.aside = stealing;
      break;
    case 'stealerLost':
      stealing?.lost(message.number);
      break;
    case 'metrics':
      metrics?.update(message.description);
      break;
    case 'isRead':
      reading.get(message.id)?.();
      reading.delete(message.id);
      break;
    case 'ask':
      answer(message);
  }
}

thread.share(data.shared);
for (const uri of data.pins) reader.cache.pin(uri);
if (data.draining) thread.drain();
showFigures(thread, figures);
worker.onMessage((message) => onMessage(message as ToWorker));
void worker.stopRequested().then(() => {
  thread.close();
  stealing?.close();
  // What is being read ahead needs its file no longer.
  for (const resolve of reading.values()) resolve();
  show();
  reader.close();
  store.close();
});
say({ type: 'ready' });
