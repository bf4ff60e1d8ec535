/** Contents on their way, while the connection is told of other things. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Gauge } from '../../runtime/telemetry/metric-handles.ts';
import { CopyBuffers } from './copy-buffers.ts';
import { CopyTransfer } from './copy-transfer.ts';
import type { Serving } from './serving.ts';
import { SpliceTransfer } from './splice-transfer.ts';
import type { Transfer, TransferEvents, TransferRange } from './transfer.ts';
import type { Wire } from './wire.ts';

const CONTENT = Buffer.from(Array.from({ length: 1_000_003 }, (_, at) => at % 251));

/** A file of that content, and a wire that takes everything. */
function scene() {
  const folder = mkdtempSync(join(tmpdir(), 'objects-transfers-'));
  writeFileSync(join(folder, 'file'), CONTENT);
  const fd = openSync(join(folder, 'file'), 'r');
  onTestFinished(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });
  const sent: Buffer[] = [];
  const take = (bytes: Buffer) => sent.push(Buffer.from(bytes));
  const wire = {
    fd: 1,
    blocked: false,
    offer: (bytes: Buffer) => {
      take(bytes);
      return bytes.length;
    },
    write: take,
    sentNatively: () => undefined,
  };
  return { range: { fd, sizeBytes: CONTENT.length }, sent, take, wire: wire as unknown as Wire };
}

/** Begins a transfer, tells it to go on at every turn of the loop, as other answers of a connection do, and waits for its end. */
async function poked(begin: (events: TransferEvents) => Transfer): Promise<void> {
  let over = false;
  let times = 0;
  const done = new Promise<void>((resolve, reject) => {
    const transfer = begin({
      onSent: () => {
        times++;
        over = true;
        transfer.close(resolve);
      },
      onBroken: (error) => reject(error ?? new Error('shorter')),
    });
    const poke = () => {
      if (over) return;
      transfer.goOn();
      setImmediate(poke);
    };
    transfer.goOn();
    transfer.goOn();
    poke();
  });
  await done;
  await new Promise(setImmediate);
  expect(times).toBe(1);
}

it('COPY sends each byte once, however often the connection goes on meanwhile', async () => {
  const { range, sent, wire } = scene();
  const buffers = new CopyBuffers('test', new Gauge(new Float64Array(1), 0), 4);
  await poked((events) => new CopyTransfer(range, wire, buffers, events));
  expect(Buffer.concat(sent).equals(CONTENT)).toBe(true);
});

it('SPLICE sends each byte once, while pieces are read ahead and the socket is full', async () => {
  const { range, sent, take, wire } = scene();
  let calls = 0;
  const files = {
    isInMemory: () => false,
    sendFile: (_socket: number, _file: number, offset: number, bytes: number) => {
      // Full at every other call.
      if (++calls % 2 === 0) return -11;
      take(CONTENT.subarray(offset, offset + bytes));
      return bytes;
    },
  };
  const serving = {
    buffers: new CopyBuffers('test', new Gauge(new Float64Array(1), 0), 4),
    readAhead: () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve))),
    turns: { run: (_account: unknown, job: SpliceTransfer) => job.step(), spend: () => false },
  };
  await poked(
    (events) =>
      new SpliceTransfer(
        range as TransferRange,
        wire,
        serving as unknown as Serving,
        files as never,
        null as never,
        events,
      ),
  );
  expect(Buffer.concat(sent).equals(CONTENT)).toBe(true);
});

it.each([
  ['a client that has left is nobody’s failure', -32, null],
  ['a socket that is closed here is none either', -9, null],
  ['a disk that fails is one', -5, 'EIO'],
])('SPLICE: %s', (_what, answer, code) => {
  const { range, wire } = scene();
  const files = { isInMemory: () => true, sendFile: () => answer };
  const serving = {
    turns: { run: (_account: unknown, job: { step(): unknown }) => job.step(), spend: () => false },
  } as unknown as Serving;
  const broken: unknown[] = [];
  const transfer = new SpliceTransfer(range, wire, serving, files as never, null as never, {
    onSent: () => broken.push('sent'),
    onBroken: (error) => broken.push((error as NodeJS.ErrnoException | null)?.code ?? null),
  });
  transfer.goOn();
  expect(broken).toEqual([code]);
});
