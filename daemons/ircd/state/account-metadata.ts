/**
 * What accounts say of themselves by key (IRCv3 metadata), whoever of them is connected: it is there again when somebody logs in. It outlives
 * the process where somebody writes it down (journal/record-journal.ts).
 */
import { fold } from '../../irc/casemapping.ts';
import { limits } from '../limits.ts';
import { metadataSize } from './metadata.ts';
import type { KeptRecords, Records } from './records.ts';

/** Something that has changed of an account. */
export interface MetadataRecord {
  /** Folded. */
  readonly account: string;
  /** Absent where the account has ended. */
  readonly key?: string | undefined;
  /** Absent where there is none any more. */
  readonly value?: string | undefined;
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** The values of all accounts. */
export class AccountMetadata implements KeptRecords<MetadataRecord> {
  readonly #mostAccounts: number;
  readonly #mostBytes: number;
  /** By folded account; none of them is empty. */
  readonly #accounts = new Map<string, Map<string, string>>();
  #bytes = 0;
  records: Records<MetadataRecord> | null = null;

  constructor(
    mostAccounts: number = limits.metadataAccounts.default,
    mostBytes: number = limits.metadataAccountBytes.default,
  ) {
    this.#mostAccounts = mostAccounts;
    this.#mostBytes = mostBytes;
  }

  /** Bytes of all keys and values. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Accounts that say something, folded. */
  get names(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  of(account: string): ReadonlyMap<string, string> {
    return this.#accounts.get(fold(account)) ?? NOTHING;
  }

  /** Sets a value; false where the account, or all of them together, have as much as they may have. Nothing is forgotten to make room. */
  set(account: string, key: string, value: string): boolean {
    const name = fold(account);
    const values = this.#accounts.get(name);
    const before = values?.get(key);
    if (before === value) return true;
    if (values === undefined && this.#accounts.size >= this.#mostAccounts) return false;
    if (before === undefined && (values?.size ?? 0) >= limits.metadataKeys.default) return false;
    const grows = metadataSize(key, value) - (before === undefined ? 0 : metadataSize(key, before));
    if (grows > 0 && this.#bytes + grows > this.#mostBytes) return false;
    if (values === undefined) this.#accounts.set(name, new Map([[key, value]]));
    else values.set(key, value);
    this.#bytes += grows;
    this.records?.note({ account: name, key, value });
    return true;
  }

  /** Takes a value away, where there is one. */
  delete(account: string, key: string): void {
    const name = fold(account);
    const values = this.#accounts.get(name);
    const before = values?.get(key);
    if (values === undefined || before === undefined) return;
    values.delete(key);
    this.#bytes -= metadataSize(key, before);
    if (values.size === 0) this.#accounts.delete(name);
    this.records?.note({ account: name, key });
  }

  /** Whoever takes the name of an account later is another. */
  forgetAccount(account: string): void {
    const name = fold(account);
    const values = this.#accounts.get(name);
    if (values === undefined) return;
    for (const [key, value] of values) this.#bytes -= metadataSize(key, value);
    this.#accounts.delete(name);
    this.records?.note({ account: name });
  }

  replay({ account, key, value }: MetadataRecord): void {
    if (key === undefined) this.forgetAccount(account);
    else if (value === undefined) this.delete(account, key);
    else this.set(account, key, value);
  }

  *all(): Iterable<MetadataRecord> {
    for (const [account, values] of this.#accounts)
      for (const [key, value] of values) yield { account, key, value };
  }
}
