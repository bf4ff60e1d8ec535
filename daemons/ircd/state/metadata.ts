/**
 * What users and channels of this server say of themselves by key (IRCv3 metadata). In memory: of a user as long as the connection lasts
 * (what accounts say lasts longer: account-metadata.ts), of a channel as long as the channel. Other servers are told nothing of it.
 */
import { limits } from '../limits.ts';
import type { Channel } from './channel.ts';
import type { User } from './user.ts';

/** Whose it is. */
export type Described = User | Channel;

/** Values by key; the one that was set first is the first. */
type Values = Map<string, string>;

/** Of whom nothing is said. */
const NOTHING: ReadonlyMap<string, string> = new Map();

/** "Key names are restricted to the ranges a-z, 0-9, and _./-", and have a length here. */
export function isMetadataKey(key: string): boolean {
  return /^[a-z0-9_./-]+$/.test(key) && key.length <= limits.metadataKeyBytes.default;
}

/** The values of all. */
export class Metadata {
  readonly #owners = new Map<Described, Values>();
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(mostBytes: number = limits.metadataTotalBytes.default) {
    this.#mostBytes = mostBytes;
  }

  /** Bytes of all keys and values. */
  get bytes(): number {
    return this.#bytes;
  }

  of(owner: Described): ReadonlyMap<string, string> {
    return this.#owners.get(owner) ?? NOTHING;
  }

  /** Sets a value; false where the owner has as many keys as one may have, or all together hold as much as they may. */
  set(owner: Described, key: string, value: string): boolean {
    const values = this.#owners.get(owner) ?? new Map<string, string>();
    const before = values.get(key);
    if (before === undefined && values.size >= limits.metadataKeys.default) return false;
    const grows = metadataSize(key, value) - (before === undefined ? 0 : metadataSize(key, before));
    if (grows > 0 && this.#bytes + grows > this.#mostBytes) return false;
    values.set(key, value);
    this.#owners.set(owner, values);
    this.#bytes += grows;
    return true;
  }

  /** Takes a value away; false where there is none. */
  delete(owner: Described, key: string): boolean {
    const values = this.#owners.get(owner);
    const before = values?.get(key);
    if (values === undefined || before === undefined) return false;
    values.delete(key);
    this.#bytes -= metadataSize(key, before);
    if (values.size === 0) this.#owners.delete(owner);
    return true;
  }

  /** The user or the channel is gone. */
  forget(owner: Described): void {
    for (const key of [...this.of(owner).keys()]) this.delete(owner, key);
  }
}

/** Bytes that a key and its value have. */
export function metadataSize(key: string, value: string): number {
  return key.length + Buffer.byteLength(value);
}
