/** What objects may take, in all and by the beginning of their URI. What is being put counts from its first byte on. */
import type { IndexedObject } from './object-index.ts';
import { StoreError } from './store-problems.ts';

/** One quota. */
export interface Quota {
  /** Of the URIs that it is for; empty for all. */
  readonly prefix: string;
  /** Bytes that they may take together; not limited where absent. */
  readonly bytes?: number | undefined;
  /** How many there may be; not limited where absent. */
  readonly objects?: number | undefined;
}

/** A quota and how much of it is used. */
export interface QuotaUse extends Quota {
  readonly usedBytes: number;
  readonly usedObjects: number;
}

/** Room that a put has until it has ended. */
export interface Reservation {
  readonly uri: string;
  /** Where the object was before, in a rename; quotas that are for both places need no room. */
  readonly from: string | null;
  readonly bytes: number;
  readonly objects: number;
}

interface Counted extends Quota {
  usedBytes: number;
  usedObjects: number;
  reservedBytes: number;
  reservedObjects: number;
}

/** Objects that are counted before others have their turn, after the quotas have changed. */
const OBJECTS_A_TURN = 5_000;

/** The quotas of one store. */
export class Quotas {
  #counted: readonly Counted[] = [];
  readonly #reservations = new Set<Reservation>();
  /** Reservations of an object; none is left when nothing is put. */
  readonly #underWay = new Map<string, number>();
  /** Objects that a count under way has come by; null while there is none. */
  #seen: Set<string> | null = null;

  /** The store changed an object. */
  changed(uri: string, before: IndexedObject | undefined, after: IndexedObject | undefined): void {
    if (this.#seen !== null && before !== undefined && !this.#seen.has(uri)) {
      // The count under way comes by it yet, if it is there still.
      return;
    }
    // What is new stands at the end, where the count comes by: it has to pass it over.
    this.#seen?.add(uri);
    for (const quota of this.#counted) {
      if (!uri.startsWith(quota.prefix)) continue;
      quota.usedBytes += (after?.sizeBytes ?? 0) - (before?.sizeBytes ?? 0);
      quota.usedObjects += (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
    }
  }

  /** Puts other quotas into force; they are counted a piece of a turn at a time. */
  async configure(quotas: readonly Quota[], objects: () => Iterable<[string, IndexedObject]>): Promise<void> {
    const counted = quotas.map(
      (quota): Counted => ({ ...quota, usedBytes: 0, usedObjects: 0, reservedBytes: 0, reservedObjects: 0 }),
    );
    this.#counted = counted;
    for (const reservation of this.#reservations) this.#book(reservation, 1);
    const seen = new Set<string>();
    this.#seen = seen;
    let turn = 0;
    for (const [uri, { sizeBytes }] of objects()) {
      // Other quotas have come into force meanwhile.
      if (this.#seen !== seen) return;
      if (seen.has(uri)) continue;
      seen.add(uri);
      for (const quota of counted)
        if (uri.startsWith(quota.prefix)) {
          quota.usedBytes += sizeBytes;
          quota.usedObjects++;
        }
      if (++turn % OBJECTS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.#seen === seen) this.#seen = null;
  }

  /**
   * Room for an object of so many bytes in the place of what stands there: for one at a time, because others that would give way to it
   * as well take room beside each other until they do.
   * @throws StoreError `quota`, with the quota that would be exceeded
   */
  reserve(
    uri: string,
    sizeBytes: number,
    before: IndexedObject | undefined,
    from: string | null = null,
  ): Reservation {
    const underWay = this.#underWay.get(uri) ?? 0;
    const bytes = Math.max(0, sizeBytes - (underWay > 0 ? 0 : (before?.sizeBytes ?? 0)));
    const objects = before === undefined ? 1 : 0;
    for (const quota of this.#counted) {
      if (!needsRoom(quota, uri, from)) continue;
      const where = quota.prefix === '' ? 'all objects' : `objects that begin with ${quota.prefix}`;
      if (
        bytes > 0 &&
        quota.usedBytes + quota.reservedBytes + bytes > (quota.bytes ?? Number.POSITIVE_INFINITY)
      )
        throw new StoreError(
          'quota',
          `${where} may take ${quota.bytes} bytes: ${uri} needs ${bytes} more than there are`,
        );
      if (
        objects > 0 &&
        quota.usedObjects + quota.reservedObjects + objects > (quota.objects ?? Number.POSITIVE_INFINITY)
      )
        throw new StoreError('quota', `${where} may be ${quota.objects}: there is no room for ${uri}`);
    }
    const reservation = { uri, from, bytes, objects };
    this.#reservations.add(reservation);
    this.#underWay.set(uri, underWay + 1);
    this.#book(reservation, 1);
    return reservation;
  }

  /** Gives the room back, because the put has ended one way or the other. */
  release(reservation: Reservation): void {
    if (!this.#reservations.delete(reservation)) return;
    const underWay = this.#underWay.get(reservation.uri)! - 1;
    if (underWay > 0) this.#underWay.set(reservation.uri, underWay);
    else this.#underWay.delete(reservation.uri);
    this.#book(reservation, -1);
  }

  uses(): readonly QuotaUse[] {
    return this.#counted.map(({ prefix, bytes, objects, usedBytes, usedObjects }) => ({
      prefix,
      bytes,
      objects,
      usedBytes,
      usedObjects,
    }));
  }

  #book({ uri, from, bytes, objects }: Reservation, sign: 1 | -1): void {
    for (const quota of this.#counted) {
      if (!needsRoom(quota, uri, from)) continue;
      quota.reservedBytes += sign * bytes;
      quota.reservedObjects += sign * objects;
    }
  }
}

function needsRoom({ prefix }: Quota, uri: string, from: string | null): boolean {
  return uri.startsWith(prefix) && from?.startsWith(prefix) !== true;
}
