/** Where the body of a request goes while it comes. */
import type { Gauge } from '../../runtime/telemetry/metric-handles.ts';
import type { ObjectInfo } from '../store/object-info.ts';
import type { ObjectWrites } from '../store/object-writes.ts';
import { PutBody } from '../store/put-body.ts';

/** Takes a body. */
export interface BodyIntake {
  /** Whether more of the body may be given to it. */
  readonly hasRoom: boolean;
  /** Takes a part of it; the memory is used again afterwards. */
  take(source: Buffer, start: number, end: number): void;
  /** All of it has come. */
  end(): void;
  /** The connection is gone. */
  close(): void;
}

/** What becomes of a put. */
export interface PutEvents {
  /** There is room for more of the body again. */
  onRoom(): void;
  /** The object is in its place and on disk. */
  onStored(object: ObjectInfo): void;
  /** Nothing of it stays; what was there before is there still. May be called before the body has come. */
  onFailed(error: unknown): void;
}

/** The body of a put. */
export class PutIntake implements BodyIntake {
  readonly #body: PutBody;
  readonly #events: PutEvents;
  readonly #pending: Pick<Gauge, 'add'>;
  #hasRoom = true;
  #over = false;

  /** @param pending counts what the disk has not answered */
  constructor(
    writes: ObjectWrites,
    uri: string,
    sizeBytes: number,
    pending: Pick<Gauge, 'add'>,
    events: PutEvents,
  ) {
    this.#pending = pending;
    this.#events = events;
    this.#body = new PutBody(
      writes,
      uri,
      sizeBytes,
      () => {
        this.#hasRoom = true;
        events.onRoom();
      },
      (error) => this.#fail(error),
    );
  }

  get hasRoom(): boolean {
    return this.#hasRoom;
  }

  take(source: Buffer, start: number, end: number): void {
    this.#hasRoom = this.#body.push(source, start, end);
  }

  end(): void {
    this.#pending.add(1);
    const finished = this.#body.finish().finally(() => this.#pending.add(-1));
    finished.then(
      (object) => this.#events.onStored(object),
      (error: unknown) => this.#fail(error),
    );
  }

  close(): void {
    this.#over = true;
    this.#body.abandon();
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.close();
    this.#events.onFailed(error);
  }
}
