/**
 * Accounts out to a file of JSON and in from one or from the IRC server's own store, and copies that were looked at. What computes or
 * waits for the disk does so on a thread; while one writes, nothing else does.
 */
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SignalboxError } from '../../../contract/errors.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { poolTask } from '../../runtime/async/pool-task.ts';
import type { ThreadPool } from '../../runtime/async/thread-pool.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { copyDatabase, type SqliteCopyOptions } from '../../runtime/files/sqlite-copy.ts';
import { cameText, type FileFormat, leftText } from '../foreign/foreign-file.ts';
import { limits } from '../limits.ts';
import type * as tasks from './account-file-tasks.ts';
import type { MergedAccounts } from './merge-accounts.ts';

const MODULE = new URL('account-file-tasks.ts', import.meta.url);
const writeAccounts = poolTask<typeof tasks.writeAccounts>(MODULE, 'writeAccounts');
const readAccounts = poolTask<typeof tasks.readAccounts>(MODULE, 'readAccounts');
const mergeAccountFile = poolTask<typeof tasks.mergeAccountFile>(MODULE, 'mergeAccountFile');
const takeOver = poolTask<typeof tasks.takeOver>(MODULE, 'takeOver');
const verifyCopy = poolTask<typeof tasks.verifyCopy>(MODULE, 'verifyCopy');

/** Where an import is made ready, in the folder of services. */
const STAGING = 'import.db';

export interface AccountFilesOptions {
  readonly database: Sqlite;
  /** Of the database. */
  readonly file: string;
  readonly dataDir: string;
  readonly pool: Pick<ThreadPool, 'run'>;
  readonly writes: Pick<WriteTurn, 'apart'>;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Nicks of bots that are there by themselves. */
  readonly bots: readonly string[];
  /** Accounts have come in; resolves when whoever has to know does. */
  readonly onMerged: (merged: MergedAccounts) => Promise<void>;
}

/** What an import has brought, or would bring. */
export interface ImportedAccounts {
  /** Accounts in the file. */
  readonly read: number;
  readonly accounts: number;
  readonly channels: number;
  /** What came in beside them, and how often. */
  readonly came: string;
  /** Whose file it is. */
  readonly format: FileFormat;
  /** What could not come along, and why; empty where all of it did. */
  readonly left: string;
}

export class AccountFiles {
  readonly #options: AccountFilesOptions;
  #importing = false;

  constructor(options: AccountFilesOptions) {
    this.#options = options;
  }

  /** Writes all accounts to a new file. Throws `conflict` where it is there. */
  async export(named: string): Promise<{ file: string; accounts: number; bytes: number }> {
    const { dataDir, file: database, pool } = this.#options;
    const to = resolve(dataDir, named);
    if (existsSync(to))
      throw new SignalboxError('conflict', `${to} exists already; an export overwrites nothing.`);
    const written = await pool.run(writeAccounts, { database, to }, { runMs: limits.fileWorkMs.default });
    return { file: to, ...written };
  }

  /**
   * Takes over the accounts of such a file that are not here, or what the database of X3 or Atheme holds, all of it or nothing.
   * @param dryRun does all of it and takes it back
   */
  async import(named: string, dryRun: boolean): Promise<ImportedAccounts> {
    if (this.#importing) throw new SignalboxError('busy', 'Accounts are being imported already.');
    this.#importing = true;
    const { file: database, dataDir, pool, writes, now, bots, onMerged } = this.#options;
    const staging = join(dataDir, STAGING);
    try {
      rmSync(staging, { force: true });
      const from = resolve(dataDir, named);
      const work = { from, database: staging, now: now(), bots };
      const {
        accounts: read,
        format,
        left,
      } = await pool.run(readAccounts, work, { runMs: limits.fileWorkMs.default });
      const merged = await writes.apart(() =>
        pool.run(
          mergeAccountFile,
          { database, from: staging, whole: format !== 'signalbox', dryRun },
          { runMs: limits.fileWorkMs.default },
        ),
      );
      const { accounts, channels } = merged;
      if (!dryRun) await onMerged({ accounts, channels });
      return {
        ...{ read, format, accounts, channels: channels.length },
        came: cameText(merged.came),
        left: leftText([...left, ...merged.left]),
      };
    } finally {
      rmSync(staging, { force: true });
      this.#importing = false;
    }
  }

  /** Copies the database to a new file, and looks at the copy. */
  async backup(
    to: string,
    options: SqliteCopyOptions,
  ): Promise<{ file: string; bytes: number; accounts: number }> {
    const copied = await copyDatabase(this.#options.database, to, options);
    try {
      const { accounts } = await this.#options.pool.run(
        verifyCopy,
        { file: to },
        { runMs: limits.fileWorkMs.default },
      );
      return { ...copied, accounts };
    } catch (error) {
      rmSync(to, { force: true });
      throw error;
    }
  }

  /** Takes over the accounts of the IRC server's own keeper that are not here. Throws as `takeOverAccounts`. */
  async takeOver(from: string): Promise<MergedAccounts> {
    const { file: database, pool, writes, now, onMerged } = this.#options;
    // Where there is none nobody need be kept waiting.
    if (!existsSync(from)) return { accounts: 0, channels: [] };
    const merged = await writes.apart(() =>
      pool.run(takeOver, { database, from, now: now() }, { runMs: limits.fileWorkMs.default }),
    );
    if (merged.accounts > 0 || merged.channels.length > 0) await onMerged(merged);
    return merged;
  }
}
