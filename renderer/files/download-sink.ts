/**
 * Where a download goes: a small one into memory, a larger one into the private disk space of the page, from which the
 * browser takes it to the folder of the reader. So a file of any size is never in the memory of the window.
 */
import { SignalboxError } from '../../contract/errors.ts';
import { limits } from '../../kit/limits.ts';
import { formatBytes } from '../format/numbers.ts';
import type { FileSink } from './file-channel.ts';
import { messages } from './messages.ts';

/** What stands before the names of our files in the private disk space. */
const PREFIX = 'download-';

/** The sink for a file of so many bytes, which is offered to the reader as `name`. */
export async function downloadSink(name: string, size: number): Promise<FileSink> {
  if (size <= limits.memoryFileBytes.default) return new MemorySink(name);
  const folder = await privateFolder();
  if (folder === null)
    throw new SignalboxError(
      'unsupported',
      messages.tooLargeForMemory(formatBytes(size), formatBytes(limits.memoryFileBytes.default)),
    );
  await removeOld(folder);
  return DiskSink.open(folder, name);
}

class MemorySink implements FileSink {
  readonly #name: string;
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  async write(piece: Uint8Array): Promise<void> {
    this.#pieces.push(Uint8Array.from(piece));
  }

  async finish(): Promise<void> {
    offer(this.#name, new Blob(this.#pieces));
    this.#pieces.length = 0;
  }

  async abort(): Promise<void> {
    this.#pieces.length = 0;
  }
}

class DiskSink implements FileSink {
  readonly #name: string;
  readonly #file: FileSystemFileHandle;
  readonly #disk: FileSystemWritableFileStream;
  /** Gathered, since each write to the disk is a journey to another process. */
  readonly #block = new Uint8Array(limits.diskWriteBytes.default);
  #filled = 0;

  private constructor(name: string, file: FileSystemFileHandle, disk: FileSystemWritableFileStream) {
    this.#name = name;
    this.#file = file;
    this.#disk = disk;
  }

  static async open(folder: FileSystemDirectoryHandle, name: string): Promise<DiskSink> {
    const file = await folder.getFileHandle(PREFIX + crypto.randomUUID(), { create: true });
    return new DiskSink(name, file, await file.createWritable());
  }

  async write(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + this.#block.length - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#block.length) await this.#flush();
    }
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#disk.close().catch(noRoom);
    offer(this.#name, await this.#file.getFile());
  }

  async abort(): Promise<void> {
    await this.#disk.abort().catch(ignoreGone);
  }

  async #flush(): Promise<void> {
    if (this.#filled === 0) return;
    await this.#disk.write(this.#block.subarray(0, this.#filled)).catch(noRoom);
    this.#filled = 0;
  }
}

function noRoom(error: unknown): never {
  if (error instanceof DOMException && error.name === 'QuotaExceededError')
    throw new SignalboxError('limit_reached', messages.noRoom);
  throw error;
}

/** It is aborted already, or its disk space was cleared. */
function ignoreGone(): void {}

/** Null where the browser has none, as on a page that came over plain HTTP from another machine. */
async function privateFolder(): Promise<FileSystemDirectoryHandle | null> {
  try {
    return (await navigator.storage?.getDirectory?.()) ?? null;
  } catch {
    return null;
  }
}

/** Removes what earlier downloads have left: nobody says when the browser has taken a file over. */
async function removeOld(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const [name, handle] of folder.entries()) {
    if (!name.startsWith(PREFIX) || handle.kind !== 'file') continue;
    try {
      const { lastModified } = await (handle as FileSystemFileHandle).getFile();
      if (Date.now() - lastModified > limits.downloadKeptMs.default) await folder.removeEntry(name);
    } catch {
      // Another window writes it, or has removed it.
    }
  }
}

/** Hands a file to the browser, which asks the reader where it goes or puts it into the folder for downloads. */
function offer(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), limits.downloadKeptMs.default);
}
