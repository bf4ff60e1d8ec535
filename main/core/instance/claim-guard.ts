/**
 * Makes the files of a claim anew when somebody deletes them while their owner lives: without the socket no command
 * reaches it. The system reports what happens in the folders; nothing is looked at without that. Called by the local socket.
 */
import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { toWireError } from '../../../contract/errors.ts';
import { type InstanceRecord, livingRecord, RECORD_NAME, writeRecord } from './instance-record.ts';

/** What the log should say about the claim. */
export interface ClaimNotice {
  readonly level: 'warn' | 'error';
  readonly event: string;
  readonly message: string;
}

/** What is guarded. */
export interface GuardedClaim {
  readonly dataDir: string;
  /** Of the socket; in the data folder or elsewhere. */
  readonly path: string;
  readonly record: InstanceRecord | null;
  /** Listens at `path` again; what was there before is no socket of ours. */
  listenAgain(): Promise<void>;
  notice(notice: ClaimNotice): void;
}

/** Watches until it is closed. */
export class ClaimGuard {
  readonly #claim: GuardedClaim;
  readonly #watchers: FSWatcher[] = [];
  #socketFile: string | null;
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(claim: GuardedClaim) {
    this.#claim = claim;
    this.#socketFile = identityOf(claim.path);
    const names = new Set([RECORD_NAME, basename(claim.path)]);
    for (const folder of new Set([resolve(claim.dataDir), dirname(claim.path)])) this.#watch(folder, names);
  }

  /** Resolves when nothing is made any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const watcher of this.#watchers) watcher.close();
    await this.#work;
  }

  #watch(folder: string, names: ReadonlySet<string>): void {
    const blind = (error: unknown) =>
      this.#claim.notice({
        level: 'warn',
        event: 'claim_unwatched',
        message: `${folder} cannot be watched (${toWireError(error).message}): a control socket that is deleted is missing until the restart.`,
      });
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || names.has(name)) this.#look();
      });
      watcher.on('error', blind);
      this.#watchers.push(watcher);
    } catch (error) {
      blind(error);
    }
  }

  #look(): void {
    this.#work = this.#work.then(() => this.#mend()).catch((error: unknown) => this.#failed(error));
  }

  async #mend(): Promise<void> {
    const { dataDir, path, record } = this.#claim;
    const holder = await livingRecord(dataDir);
    if (this.#closed) return;
    if (holder !== null && holder.pid !== process.pid) {
      this.#claim.notice({
        level: 'error',
        event: 'claim_lost',
        message: `Another Signalbox (${holder.host}, process ${holder.pid}) has taken ${dataDir}, which this one uses: stop one of them.`,
      });
      return;
    }
    if (holder === null && record !== null) {
      await writeRecord(dataDir, record);
      this.#made(RECORD_NAME);
    }
    if (identityOf(path) === this.#socketFile || this.#closed) return;
    await this.#claim.listenAgain();
    this.#socketFile = identityOf(path);
    this.#made(path);
  }

  #made(what: string): void {
    this.#claim.notice({
      level: 'warn',
      event: 'claim_renewed',
      message: `${what} in the data folder ${this.#claim.dataDir} was deleted while Signalbox runs; it was made again.`,
    });
  }

  #failed(error: unknown): void {
    const { dataDir } = this.#claim;
    this.#claim.notice({
      level: 'error',
      event: 'claim_not_renewed',
      message: `The control socket of ${dataDir} was deleted and cannot be made again (${toWireError(error).message}): commands do not reach this Signalbox until it is started again.`,
    });
  }
}

/** Which file is at a path; null where there is none. */
function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? null : `${found.dev} ${found.ino} ${found.birthtimeNs}`;
}
