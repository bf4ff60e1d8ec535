/**
 * Files on their way between this window and one daemon: a few at once, the others in line. They go on whatever page is
 * shown, until they are done, cancelled, or the window or its host goes.
 */
import { SignalboxError, toWireError, type WireError } from '../../contract/errors.ts';
import { ByteChannel } from '../../kit/byte-channel.ts';
import { limits } from '../../kit/limits.ts';
import type { HostModel } from '../model/host-model.ts';
import type { SharedScreen } from '../model/shared-screen.ts';
import { downloadSink } from './download-sink.ts';
import { getFile, putFile } from './file-channel.ts';
import { nameOf } from './listing.ts';
import { messages } from './messages.ts';

export type TransferPhase = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

/** One file on its way. */
export interface Transfer {
  readonly id: number;
  readonly kind: 'upload' | 'download';
  readonly uri: string;
  readonly phase: TransferPhase;
  readonly doneBytes: number;
  /** Null until it is known. */
  readonly totalBytes: number | null;
  /** Since it began to run, in milliseconds. */
  readonly ranMs: number;
  /** Why it failed. */
  readonly error: WireError | null;
}

interface Running {
  readonly startedAt: number;
  /** Null until the host has opened it. */
  channel: ByteChannel | null;
  cancelled: boolean;
}

const CANCELLED = () => new SignalboxError('cancelled', 'It was cancelled in the window.');
/** The steps in which progress is read out, in percent. */
const ANNOUNCED_STEP = 25;

export class Transfers {
  readonly #host: HostModel;
  readonly #screen: SharedScreen;
  readonly #daemon: string;
  readonly #listeners = new Set<() => void>();
  readonly #contents = new Map<number, Blob>();
  readonly #running = new Map<number, Running>();
  #list: readonly Transfer[] = [];
  #lastId = 0;
  #telling: ReturnType<typeof setTimeout> | null = null;

  constructor(host: HostModel, screen: SharedScreen, daemon: string) {
    this.#host = host;
    this.#screen = screen;
    this.#daemon = daemon;
    host.closed.addEventListener('abort', () => {
      for (const { id } of this.#list) this.cancel(id);
    });
  }

  /** Oldest first. */
  readonly snapshot = (): readonly Transfer[] => this.#list;

  /** Calls back on every change, of progress a few times a second; returns the function that ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Puts a file in line that is to be stored as `uri`. Resolves when it is over, well or not: with whether it is stored. */
  upload(uri: string, content: Blob): Promise<boolean> {
    return this.#add('upload', uri, content);
  }

  /** The same for one that is to be downloaded. */
  download(uri: string): Promise<boolean> {
    return this.#add('download', uri, null);
  }

  /** Ends a transfer; nothing of it counts. */
  cancel(id: number): void {
    const running = this.#running.get(id);
    if (running !== undefined) {
      running.cancelled = true;
      running.channel?.cancel(CANCELLED());
    } else if (this.#list.some((one) => one.id === id && one.phase === 'waiting')) {
      this.#change(id, { phase: 'cancelled' });
      this.#settle(id, false);
    }
  }

  /** Takes one that is over from the list. */
  dismiss(id: number): void {
    if (this.#running.has(id)) return;
    this.#list = this.#list.filter((one) => one.id !== id || one.phase === 'waiting');
    this.#tell();
  }

  readonly #ends = new Map<number, (stored: boolean) => void>();

  #settle(id: number, well: boolean): void {
    this.#contents.delete(id);
    this.#ends.get(id)?.(well);
    this.#ends.delete(id);
  }

  #add(kind: Transfer['kind'], uri: string, content: Blob | null): Promise<boolean> {
    const id = ++this.#lastId;
    const none = { doneBytes: 0, ranMs: 0, error: null };
    this.#list = [
      ...this.#list,
      { id, kind, uri, phase: 'waiting', totalBytes: content?.size ?? null, ...none },
    ];
    if (content !== null) this.#contents.set(id, content);
    return new Promise((resolve) => {
      this.#ends.set(id, resolve);
      this.#tell();
      this.#next();
    });
  }

  #next(): void {
    while (this.#running.size < limits.filesAtOnce.default) {
      const waiting = this.#list.find(({ phase }) => phase === 'waiting');
      if (waiting === undefined) return;
      void this.#run(waiting);
    }
  }

  async #run({ id, kind, uri }: Transfer): Promise<void> {
    const running: Running = { startedAt: performance.now(), channel: null, cancelled: false };
    this.#running.set(id, running);
    this.#change(id, { phase: 'running' });
    let error: WireError | null = null;
    try {
      await this.#carry(id, kind, uri, running);
    } catch (thrown) {
      error = toWireError(thrown);
    }
    this.#running.delete(id);
    const phase = error === null ? 'done' : running.cancelled ? 'cancelled' : 'failed';
    this.#change(id, { phase, error: phase === 'failed' ? error : null, ranMs: this.#ranMs(running) });
    this.#say(kind, nameOf(uri), phase, error);
    this.#settle(id, phase === 'done');
    this.#next();
  }

  async #carry(id: number, kind: Transfer['kind'], uri: string, running: Running): Promise<void> {
    const channel = new ByteChannel(await this.#host.client.openBytes(this.#daemon), true);
    if (running.cancelled) {
      channel.cancel(CANCELLED());
      throw CANCELLED();
    }
    running.channel = channel;
    const onBytes = (done: number) => this.#progress(id, running, done);
    const content = this.#contents.get(id);
    if (kind === 'upload' && content !== undefined) return putFile(channel, uri, content, onBytes);
    return getFile(
      channel,
      uri,
      (size) => {
        this.#change(id, { totalBytes: size });
        return downloadSink(nameOf(uri), size);
      },
      onBytes,
    );
  }

  #ranMs({ startedAt }: Running): number {
    return performance.now() - startedAt;
  }

  #progress(id: number, running: Running, doneBytes: number): void {
    const before = this.#list.find((one) => one.id === id)!;
    this.#replace(id, { doneBytes, ranMs: this.#ranMs(running) });
    this.#tellSoon();
    const { totalBytes } = before;
    if (totalBytes === null || totalBytes < limits.announcedFileBytes.default) return;
    const stepOf = (bytes: number) => Math.floor((bytes / totalBytes) * (100 / ANNOUNCED_STEP));
    const step = stepOf(doneBytes);
    if (step > stepOf(before.doneBytes) && doneBytes < totalBytes)
      this.#screen.announce(this.#host.id, messages.announced(nameOf(before.uri), step * ANNOUNCED_STEP));
  }

  #say(kind: Transfer['kind'], name: string, phase: TransferPhase, error: WireError | null): void {
    const isUpload = kind === 'upload';
    // The list shows it: a notice would lie over the next buttons for a while.
    if (phase === 'done')
      this.#screen.announce(this.#host.id, isUpload ? messages.stored(name) : messages.fetched(name));
    else if (phase === 'failed' && error !== null)
      this.#host.notify(
        'bad',
        isUpload ? messages.notStored(name, error.message) : messages.notFetched(name, error.message),
      );
  }

  #replace(id: number, change: Partial<Transfer>): void {
    this.#list = this.#list.map((one) => (one.id === id ? { ...one, ...change } : one));
  }

  #change(id: number, change: Partial<Transfer>): void {
    this.#replace(id, change);
    this.#tell();
  }

  /** Progress is told a few times a second, however many pieces come. */
  #tellSoon(): void {
    this.#telling ??= setTimeout(() => this.#tell(), limits.progressMs.default);
  }

  #tell(): void {
    if (this.#telling !== null) clearTimeout(this.#telling);
    this.#telling = null;
    for (const listener of this.#listeners) listener();
  }
}

const kept = new WeakMap<HostModel, Map<string, Transfers>>();

/** The transfers of a daemon of a host: the same ones for as long as the host is there. */
export function transfersOf(host: HostModel, screen: SharedScreen, daemon: string): Transfers {
  const ofHost = kept.get(host) ?? new Map<string, Transfers>();
  kept.set(host, ofHost);
  const found = ofHost.get(daemon) ?? new Transfers(host, screen, daemon);
  ofHost.set(daemon, found);
  return found;
}
