/**
 * A client of the object server, for any program on this machine or another. It stands by itself: nothing here needs the rest
 * of Signalbox. See docs/objects-protocol.md.
 */

import type { Readable } from 'node:stream';
import type { AnswerHead } from '../protocol/answer.ts';
import { type ListEntry, listUri, readListContent } from '../protocol/list-page.ts';
import type { Metadata } from '../protocol/metadata.ts';
import type { ModeName } from '../protocol/wire.ts';
import { bodyOf, type Content, type OnProgress } from './body.ts';
import { type ConnectOptions, connect } from './connect.ts';
import type { ClientConnection } from './connection.ts';
import { ObjectsRefusedError, ObjectsUsageError } from './errors.ts';
import { type Asked, connectionError } from './exchange.ts';
import { CLIENT_LIMITS } from './limits.ts';
import { readWhole, streamOf } from './received-file.ts';
import { CollectedContent, descriptorReceiver, StreamedAnswer } from './receivers.ts';

/** How content comes: as a descriptor that is read here, or sent by the server in one of two ways. */
export type TransferMode = 'fdpass' | 'copy' | 'splice';

/** What any request may say. */
export interface RequestOptions {
  /** Time for the answer to begin, and between two pieces of content, in milliseconds (30 s). */
  readonly deadlineMs?: number;
  /** Its answer comes after those of all earlier requests. */
  readonly ordered?: boolean;
  /** The server may take it before others that wait. */
  readonly priority?: boolean;
}

/** What getting an object may say. */
export interface GetOptions extends RequestOptions {
  /** `fdpass` where descriptors arrive and the server passes them, else `copy`. */
  readonly mode?: TransferMode;
  readonly onProgress?: OnProgress;
}

/** An object in memory. */
export interface GotObject {
  readonly content: Buffer;
  readonly metadata: Metadata;
}

/** An object that is read as a stream. */
export interface ReadObject {
  readonly content: Readable;
  readonly sizeBytes: number;
  readonly metadata: Metadata;
}

/** An object whose descriptor arrived. */
export interface OpenedObject {
  /** Open for reading in this process, at its beginning. */
  readonly descriptor: number;
  readonly metadata: Metadata;
  /** Closes it; the caller does so once. */
  close(): void;
}

/** One page of a list. */
export interface ListPage {
  readonly entries: readonly ListEntry[];
  /** For the next page; null where this was the last. */
  readonly next: string | null;
}

/** A connection to an object server. Methods may be called without waiting for one another. */
export class ObjectsClient {
  readonly #connection: ClientConnection;
  readonly #deadlineMs: number;
  /** It has said that it passes no descriptors. */
  #serverHasNone = false;

  private constructor(connection: ClientConnection, deadlineMs: number) {
    this.#connection = connection;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Connects, and proves the token where one is given.
   * @throws ObjectsConnectionError, ObjectsDeadlineError; ObjectsRefusedError for a wrong token; ObjectsUsageError
   */
  static async connect(options: ConnectOptions): Promise<ObjectsClient> {
    const { deadlineMs = CLIENT_LIMITS.deadlineMs.default } = options;
    return new ObjectsClient(await connect(options), deadlineMs);
  }

  /** Whether descriptors arrive: over a Unix socket, where the system has the calls. */
  get passesDescriptors(): boolean {
    return this.#connection.passesDescriptors;
  }

  /** Whether nothing can be asked any more. Over a Unix socket an end is noticed with the next request. */
  get closed(): boolean {
    return this.#connection.closed;
  }

  /**
   * The whole object, in memory.
   * @param options `maxBytes`: a larger object is an ObjectsTooLargeError (64 MiB)
   */
  async get(uri: string, options: GetOptions & { readonly maxBytes?: number } = {}): Promise<GotObject> {
    const { maxBytes = CLIENT_LIMITS.getBytes.default, onProgress } = options;
    const opened = await this.#openIfWanted(uri, options);
    if (opened !== null) {
      try {
        return {
          content: await readWhole(opened.descriptor, maxBytes, onProgress),
          metadata: opened.metadata,
        };
      } finally {
        opened.close();
      }
    }
    const collected = new CollectedContent(maxBytes, onProgress);
    this.#connection.ask(this.#asked(contentMode(options), uri, options), collected);
    return collected.done;
  }

  /** The object as a stream, of any size. A reader that stops holds up the other answers of this connection. */
  async read(uri: string, options: GetOptions = {}): Promise<ReadObject> {
    const opened = await this.#openIfWanted(uri, options);
    if (opened !== null) return streamOf(opened, options.onProgress);
    const answer = new StreamedAnswer(this.#connection, options.onProgress);
    answer.exchange = this.#connection.ask(this.#asked(contentMode(options), uri, options), answer);
    return answer.begun;
  }

  /** A descriptor of the object, which is the caller's. It stays what it is when the object is replaced or deleted. */
  async open(uri: string, options: RequestOptions = {}): Promise<OpenedObject> {
    if (!this.passesDescriptors)
      throw new ObjectsUsageError(
        'No descriptor can arrive on this connection: it takes a Unix socket and the native calls; use copy or splice.',
      );
    const { descriptor, metadata } = await new Promise<AnswerHead>((resolve, reject) => {
      this.#connection.ask(this.#asked('fdpass', uri, options), descriptorReceiver(resolve, reject));
    });
    return { descriptor, metadata, close: () => this.#connection.closeDescriptor(descriptor) };
  }

  /**
   * Creates or replaces an object; it is on disk when this resolves.
   * @param options `onProgress` is told how much was handed to the socket
   */
  async put(
    uri: string,
    content: Content,
    options: RequestOptions & { readonly onProgress?: OnProgress } = {},
  ): Promise<Metadata> {
    const body = bodyOf(content, options.onProgress);
    return this.#plain({ ...this.#asked('put', uri, options), body });
  }

  /** Removes an object. */
  async delete(uri: string, options: RequestOptions = {}): Promise<void> {
    await this.#plain(this.#asked('delete', uri, options));
  }

  /** What the server knows of an object. */
  async stat(uri: string, options: RequestOptions = {}): Promise<Metadata> {
    return this.#plain(this.#asked('stat', uri, options));
  }

  /** Objects whose URI begins with `prefix`, from `after` on: the `next` of the page before. */
  async list(prefix = '', options: RequestOptions & { readonly after?: string } = {}): Promise<ListPage> {
    const collected = new CollectedContent(CLIENT_LIMITS.listBytes.default, undefined);
    this.#connection.ask(this.#asked('list', listUri(prefix, options.after), options), collected);
    const { content, metadata } = await collected.done;
    const entries = readListContent(content);
    if (entries === null) throw connectionError('The page of a list ends inside an entry.');
    return { entries, next: metadata.next ?? null };
  }

  /** All objects whose URI begins with `prefix`, page by page. */
  async *listAll(prefix = '', options: RequestOptions = {}): AsyncGenerator<ListEntry> {
    let after: string | undefined;
    do {
      const page = await this.list(prefix, after === undefined ? options : { ...options, after });
      yield* page.entries;
      after = page.next ?? undefined;
    } while (after !== undefined);
  }

  /** Waits for what is outstanding, then ends the connection; after `withinMs` in any case (5 s). Twice is fine. */
  close(withinMs: number = CLIENT_LIMITS.closeMs.default): Promise<void> {
    return this.#connection.close(withinMs);
  }

  /** Ends the connection at once. */
  destroy(): void {
    this.#connection.destroy();
  }

  /** A descriptor where one is asked for, or where nothing else is and one can arrive; else null. */
  async #openIfWanted(uri: string, options: GetOptions): Promise<OpenedObject | null> {
    const { mode } = options;
    if (mode === 'fdpass') return this.open(uri, options);
    if (mode !== undefined || !this.passesDescriptors || this.#serverHasNone) return null;
    try {
      return await this.open(uri, options);
    } catch (error) {
      if (!(error instanceof ObjectsRefusedError) || error.status !== 'unsupported') throw error;
      this.#serverHasNone = true;
      return null;
    }
  }

  #asked(mode: ModeName, uri: string, options: RequestOptions): Asked {
    const { deadlineMs = this.#deadlineMs, ordered = false, priority = false } = options;
    return { mode, uri, ordered, priority, body: null, deadlineMs };
  }

  async #plain(asked: Asked): Promise<Metadata> {
    const collected = new CollectedContent(0, undefined);
    this.#connection.ask(asked, collected);
    return (await collected.done).metadata;
  }
}

/** How content is sent that does not come by a descriptor. */
const contentMode = ({ mode }: GetOptions): ModeName => (mode === 'splice' ? 'splice' : 'copy');
