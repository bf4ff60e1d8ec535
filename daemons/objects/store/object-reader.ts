/**
 * Finds and opens objects, in every thread that answers requests. What the disk says is true: before an object that is open already
 * is used again, a look tells whether it still stands there, so that a file which an operator replaced, moved or deleted by hand is
 * seen at the next request; and the counters of `Generations` tell what the store itself has changed.
 */
import { closeSync, constants, fstatSync, read } from 'node:fs';
import { type Clock, systemClock } from '../../../kit/clock.ts';
import { FIXED_LIMITS } from '../limits.ts';
import { CopyFolder } from './copy-folder.ts';
import { DescriptorCache } from './descriptor-cache.ts';
import { FoldersOnTheWay } from './folders-on-the-way.ts';
import { Generations } from './generations.ts';
import { Heat } from './heat.ts';
import { type FileState, isSameState, type ObjectInfo, objectInfo } from './object-info.ts';
import type { KeptObject, OpenedObject } from './opened-object.ts';
import { type NativeFiles, RootFolder } from './root-folder.ts';
import { problemOf, StoreError, type StoreProblem, systemCodeOf } from './store-problems.ts';
import { uriProblem, withoutSlash } from './uri.ts';

/** What a thread needs to read a store; posted to it in a message. */
export interface SharedStore {
  readonly root: string;
  readonly generations: SharedArrayBuffer;
  /** Whether the file system takes names that differ only in case for one. */
  readonly foldsCase: boolean;
  /** Where copies of objects are that are asked for often, and how often that is; null without a cache directory. */
  readonly copies: { readonly path: string; readonly heat: SharedArrayBuffer } | null;
}

export interface ObjectReaderOptions {
  /** Files that this thread keeps open. */
  readonly entries: number;
  /** Bytes of small objects that it keeps in memory; default `memory_bytes`. */
  readonly memoryBytes?: number;
  readonly native?: NativeFiles | null;
  readonly clock?: Clock;
  /** Told of an object that is asked for often and has no copy in the cache directory: {@link ObjectWrites.wantCopy}. */
  readonly onHot?: (uri: string) => void;
}

/** An object that was opened for one request alone. */
export interface FreshObject extends OpenedObject {
  /** Closed by {@link ObjectReader.closeFresh}. */
  readonly fd: number;
}

/** An object and the state of its file. */
export interface StatedObject extends ObjectInfo {
  readonly state: FileState;
}

const { O_RDONLY, O_RDWR } = constants;
/** Requests after which it is said again that an object without a copy is asked for often. */
const HOT_AGAIN = 1_024;
/** Of a file that was written this short a time ago, the system's clock may not tell a second writing. */
const UNSURE_MS = 100;

/** Reads a store. One a thread. */
export class ObjectReader {
  readonly cache: DescriptorCache;
  readonly root: RootFolder;
  readonly generations: Generations;
  readonly #folders: FoldersOnTheWay;
  readonly #memoryObjectBytes = FIXED_LIMITS.memory_object_bytes.default;
  readonly #memoryBytes: number;
  readonly #clock: Clock;
  readonly #copies: CopyFolder | null;
  readonly #heat: Heat | null;
  readonly #onHot: (uri: string) => void;
  #batch = 0;
  #closed = false;

  /** @throws the system's error where the root cannot be opened */
  constructor(shared: SharedStore, options: ObjectReaderOptions) {
    const { memoryBytes = FIXED_LIMITS.memory_bytes.default, native = null } = options;
    const { clock = systemClock, onHot = () => {} } = options;
    this.#clock = clock;
    this.root = new RootFolder(shared.root, { native, foldsCase: shared.foldsCase });
    this.generations = new Generations(shared.generations);
    this.#folders = new FoldersOnTheWay(this.root);
    this.#memoryBytes = memoryBytes;
    this.cache = new DescriptorCache({
      entries: options.entries,
      memoryBytes,
      close: (object) => {
        this.#close(object);
        this.#folders.giveBack(object.folders);
      },
      clock,
    });
    const { copies } = shared;
    this.#copies = copies === null ? null : new CopyFolder(copies.path);
    this.#heat = copies === null ? null : new Heat(copies.heat);
    this.#onHot = onHot;
    void this.#followChanges();
  }

  /**
   * A number for requests that arrived together, in one read of a socket: an object is looked at once for all of them. None of them
   * can have been sent after the look, so none can tell.
   */
  newBatch(): number {
    return ++this.#batch;
  }

  /**
   * The object, open, for COPY and SPLICE; {@link giveBack} it. A problem instead of an exception, because asking for what is not there
   * is cheap for whoever asks and must be so for the server.
   * @param uri as it was sent, with or without a `/` at the beginning
   * @param batch of {@link newBatch}; without one the disk is always looked at
   */
  take(uri: string, batch = 0): OpenedObject | StoreProblem {
    return this.#take(uri, batch);
  }

  #take(uri: string, batch: number): KeptObject | StoreProblem {
    const name = withoutSlash(uri);
    const kept = this.cache.take(name);
    if (kept !== undefined) {
      if (this.#isRight(kept, batch)) {
        this.cache.hit(kept);
        this.#count(kept);
        return kept;
      }
      this.cache.expireOne(kept);
      this.cache.giveBack(kept);
    }
    const opened = this.#open(name, batch);
    this.cache.miss(typeof opened === 'string');
    if (typeof opened !== 'string') this.#count(opened);
    return opened;
  }

  /** Whether the object is open, and not changed by the store since; the disk is not looked at. */
  isKept(uri: string): boolean {
    const kept = this.cache.peek(withoutSlash(uri));
    return kept !== undefined && this.generations.at(kept.slot) === kept.generation;
  }

  /** Ends the use of what {@link take} gave. */
  giveBack(object: OpenedObject): void {
    this.cache.giveBack(object as KeptObject);
  }

  /**
   * Opens an object for FDPASS: the descriptor is passed on, so it must share its position with nobody. See {@link closeFresh}.
   * @param writable for whoever may write into it, without any of what a put is safe from
   */
  openFresh(uri: string, writable = false): FreshObject | StoreProblem {
    const name = withoutSlash(uri);
    const fd = this.#openFile(name, writable ? O_RDWR : O_RDONLY);
    if (typeof fd === 'string') return fd;
    const state = fstatSync(fd);
    if (!state.isFile()) {
      this.root.closeFile(fd);
      return 'not_regular';
    }
    const opened: FreshObject = { ...objectInfo(name, state), fd, tier: 'root', content: null };
    if (writable) return opened;
    const object = this.#withCopy(opened);
    if (this.#heat !== null) this.#countAt(this.generations.slotOf(name), object);
    return object;
  }

  /** Closes what {@link openFresh} opened, once it was passed on. */
  closeFresh(object: FreshObject): void {
    this.#close(object);
  }

  /**
   * The content of a small object that was taken: from memory, or read into memory for this and later requests. Null where it is larger
   * than `memory_object_bytes`, and where it changed meanwhile: read it from the descriptor then.
   */
  content(object: OpenedObject): Buffer | Promise<Buffer | null> | null {
    const kept = object as KeptObject;
    if (kept.content !== null) return kept.content;
    if (kept.sizeBytes > this.#memoryObjectBytes || kept.sizeBytes > this.#memoryBytes) return null;
    kept.loading ??= this.#load(kept);
    return kept.loading;
  }

  /** What is known of an object, or the problem. */
  stat(uri: string): StatedObject | StoreProblem {
    const object = this.#take(uri, 0);
    if (typeof object !== 'string') this.giveBack(object);
    return object;
  }

  /** Closes what is not in use; the rest when it is given back. Again, it does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.generations.wake();
    this.cache.close();
    this.root.close();
  }

  /** Forgets what the store has changed since it was opened. */
  forgetChanged(): void {
    this.cache.expire((object) => this.generations.at(object.slot) === object.generation);
  }

  /** Closes files of objects that were changed a moment after that, so that what was deleted gives its space back. */
  async #followChanges(): Promise<void> {
    for (;;) {
      const since = this.generations.changes;
      this.forgetChanged();
      await this.generations.changedSince(since, () => this.#closed);
      if (this.#closed) return;
      // Many changes in a row are one reason to look.
      await new Promise<void>((resolve) => {
        this.#clock.after(FIXED_LIMITS.changed_close_ms.default, resolve);
      });
    }
  }

  /** The descriptor of the object's copy in the place of its own, where it has one. */
  #withCopy<Opened extends OpenedObject>(object: Opened): Opened {
    const copy = this.#copies?.open(object.uri, object.etag, object.sizeBytes) ?? null;
    if (copy === null) return object;
    this.#close(object);
    return { ...object, fd: copy, tier: 'cache' };
  }

  #close({ fd, tier }: OpenedObject): void {
    if (tier === 'root') this.root.closeFile(fd);
    else closeSync(fd);
  }

  #count(object: KeptObject): void {
    if (this.#heat !== null) this.#countAt(object.slot, object);
  }

  #countAt(slot: number, { uri, tier }: OpenedObject): void {
    const count = this.#heat!.touch(slot);
    // Again once in a while, because the first time there may have been no room.
    if (tier === 'root' && count % HOT_AGAIN === FIXED_LIMITS.copy_requests.default) this.#onHot(uri);
  }

  #isRight(object: KeptObject, batch: number): boolean {
    if (this.generations.at(object.slot) !== object.generation) return false;
    if (batch !== 0 && object.batch === batch) return true;
    const there = this.root.look(object.uri);
    if (there === undefined || !isSameState(there, object.state)) return false;
    if (!this.#folders.areRight(object.folders, batch)) return false;
    object.batch = batch;
    return true;
  }

  #openFile(name: string, flags = O_RDONLY): number | StoreProblem {
    if (this.#closed) return 'unavailable';
    const wrong = uriProblem(name);
    if (wrong !== null) return wrong === 'too_long' ? 'uri_too_long' : 'invalid_uri';
    try {
      return this.root.openFile(name, flags);
    } catch (error) {
      return error instanceof StoreError ? error.problem : problemOf(systemCodeOf(error));
    }
  }

  #open(name: string, batch: number): KeptObject | StoreProblem {
    const slot = this.generations.slotOf(name);
    const generation = this.generations.at(slot);
    const fd = this.#openFile(name);
    if (typeof fd === 'string') return fd;
    const state = fstatSync(fd);
    if (!state.isFile()) {
      this.root.closeFile(fd);
      return 'not_regular';
    }
    const object: KeptObject = {
      ...this.#withCopy({ ...objectInfo(name, state), fd, tier: 'root', content: null }),
      state,
      folders: this.#folders.onTheWayTo(name),
      slot,
      generation,
      users: 1,
      dropped: false,
      hits: 0,
      period: 0,
      batch,
      loading: null,
    };
    // What was swapped while it was opened is right for this request, and looked for again by the next.
    if (this.#isRight(object, 0)) this.cache.keep(object);
    else this.cache.keepNot(object);
    object.batch = batch;
    return object;
  }

  async #load(object: KeptObject): Promise<Buffer | null> {
    object.users++;
    try {
      const content = Buffer.allocUnsafeSlow(object.sizeBytes);
      if (!(await readWhole(object.fd, content))) return null;
      const { ctimeMs } = object.state;
      // The size alone would not tell a file that was written again in place. A copy is not.
      if (object.tier === 'root' && !isSameState(fstatSync(object.fd), object.state)) return null;
      if (this.#clock.now() - ctimeMs > UNSURE_MS) this.cache.remember(object, content);
      return content;
    } finally {
      object.loading = null;
      this.cache.giveBack(object);
    }
  }
}

/** Whether the file has that many bytes, and they were read. */
async function readWhole(fd: number, into: Buffer): Promise<boolean> {
  for (let at = 0; at < into.length; ) {
    const bytes = await new Promise<number>((resolve, reject) =>
      read(fd, into, at, into.length - at, at, (error, count) =>
        error === null ? resolve(count) : reject(error),
      ),
    );
    if (bytes === 0) return false;
    at += bytes;
  }
  return true;
}
