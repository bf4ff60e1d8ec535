// @vitest-environment happy-dom
/** Where downloads go: small ones into memory, others to a disk that the test looks into. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { limits } from '../../kit/limits.ts';
import { downloadSink } from './download-sink.ts';

const MEMORY = limits.memoryFileBytes.default;
const BLOCK = limits.diskWriteBytes.default;

/** A private disk space: files by name, with their content once they were closed. */
class Disk {
  readonly kind = 'directory';
  readonly files = new Map<string, { content: number[]; lastModified: number }>();
  readonly writes: number[] = [];
  aborted = 0;
  full = false;

  async getFileHandle(name: string) {
    const file = { content: [] as number[], lastModified: Date.now() };
    this.files.set(name, file);
    const pending: number[] = [];
    return {
      kind: 'file',
      getFile: async () => new Blob([Uint8Array.from(file.content)]),
      createWritable: async () => ({
        write: async (block: Uint8Array) => {
          if (this.full) throw new DOMException('no', 'QuotaExceededError');
          this.writes.push(block.length);
          for (const byte of block) pending.push(byte);
        },
        close: async () => {
          file.content = pending;
        },
        abort: async () => void this.aborted++,
      }),
    };
  }

  async *entries() {
    for (const [name, file] of this.files) yield [name, { kind: 'file', getFile: async () => file }] as const;
  }

  async removeEntry(name: string) {
    this.files.delete(name);
  }
}

let disk: Disk;
let offered: { name: string; blob: Blob }[];
let revoked: string[];
beforeEach(() => {
  vi.useFakeTimers();
  disk = new Disk();
  offered = [];
  revoked = [];
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => disk } });
  let last: Blob;
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    last = blob as Blob;
    return `blob:${offered.length}`;
  });
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void revoked.push(url));
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    offered.push({ name: this.download, blob: last });
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('offers a small file under its name, without the disk, and forgets it later', async () => {
  const sink = await downloadSink('a b.txt', MEMORY);
  const piece = Uint8Array.of(1, 2);
  await sink.write(piece);
  // What the channel does with its memory afterwards is its own business.
  piece.fill(9);
  await sink.write(Uint8Array.of(3));
  await sink.finish();
  expect([offered[0]?.name, new Uint8Array(await offered[0]!.blob.arrayBuffer())]).toEqual([
    'a b.txt',
    Uint8Array.of(1, 2, 3),
  ]);
  expect([disk.files.size, revoked]).toEqual([0, []]);
  vi.advanceTimersByTime(limits.downloadKeptMs.default);
  expect(revoked).toEqual(['blob:0']);
});

it('writes a large file to the disk in blocks, and offers it from there when it is whole', async () => {
  const sink = await downloadSink('film', MEMORY + 1);
  await sink.write(new Uint8Array(BLOCK - 1).fill(1));
  expect(disk.writes).toEqual([]);
  await sink.write(new Uint8Array(BLOCK + 5).fill(2));
  expect([disk.writes, offered]).toEqual([[BLOCK, BLOCK], []]);
  await sink.finish();
  expect(disk.writes).toEqual([BLOCK, BLOCK, 4]);
  const bytes = new Uint8Array(await offered[0]!.blob.arrayBuffer());
  expect([offered[0]?.name, bytes.length, bytes[BLOCK - 2], bytes[BLOCK - 1]]).toEqual([
    'film',
    2 * BLOCK + 4,
    1,
    2,
  ]);
});

it('removes what it has written of a download that is given up, and offers nothing', async () => {
  const sink = await downloadSink('film', MEMORY + 1);
  await sink.write(Uint8Array.of(1));
  await sink.abort();
  expect([disk.aborted, offered]).toEqual([1, []]);
  const small = await downloadSink('a', 3);
  await small.write(Uint8Array.of(1));
  await small.abort();
  expect(offered).toEqual([]);
});

it('says that the disk of the browser is full', async () => {
  const sink = await downloadSink('film', MEMORY + 1);
  disk.full = true;
  await expect(sink.write(new Uint8Array(BLOCK))).rejects.toMatchObject({ code: 'limit_reached' });
});

it('says what to do where there is no disk for a large file, as over plain HTTP from another machine', async () => {
  for (const storage of [
    undefined,
    {},
    { getDirectory: () => Promise.reject(new DOMException('', 'SecurityError')) },
  ]) {
    vi.stubGlobal('navigator', { storage });
    await expect(downloadSink('film', MEMORY + 1)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('command line'),
    });
  }
  await downloadSink('small', MEMORY);
});

it('removes what earlier downloads have left once the browser has surely taken it, and nothing else', async () => {
  await downloadSink('film', MEMORY + 1);
  disk.files.set('something of another', { content: [], lastModified: 0 });
  vi.advanceTimersByTime(limits.downloadKeptMs.default);
  await downloadSink('film', MEMORY + 1);
  expect(disk.files.size).toBe(3);
  vi.advanceTimersByTime(1);
  await downloadSink('film', MEMORY + 1);
  expect([disk.files.size, disk.files.has('something of another')]).toEqual([3, true]);
});
