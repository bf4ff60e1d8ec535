/**
 * Who may read what the disk has from before the start: read once, page by page, when the channels are there again and all that
 * changed before is on disk. What changes while it is read holds. Used by history-disk.ts.
 */
import type { MessageResult, StoreChange } from '../../../contract/messages.ts';
import type { MessageKeeper } from './message-keeper.ts';

/** Who may read a channel, a row each. */
export type ReaderRows = MessageResult<'readers'>['rows'];

/** What is needed to read them. */
export interface StoredReadersOptions {
  readonly keeper: MessageKeeper;
  /** Resolves when the channels of the start before are there again: what is on disk of others is deleted. */
  readonly restored: Promise<void>;
  /** Told page by page who may read what. */
  readonly onReaders: (rows: ReaderRows) => void;
}

export class StoredReaders {
  readonly #options: StoredReadersOptions;
  #state: 'due' | 'under way' | 'known' = 'due';
  #onKnown: () => void = () => {};
  /** What has changed while they are read. */
  #meanwhile: StoreChange[] = [];

  constructor(options: StoredReadersOptions) {
    this.#options = options;
  }

  get areKnown(): boolean {
    return this.#state === 'known';
  }

  /** Something is changed that waits to be written. */
  changed(change: StoreChange): void {
    if (this.#state === 'under way') this.#meanwhile.push(change);
  }

  /** Waits until they are known; false where that takes longer. */
  whenKnown(mostMs: number): Promise<boolean> {
    if (this.areKnown) return Promise.resolve(true);
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(false), mostMs);
      this.#onKnown = () => {
        clearTimeout(late);
        resolve(true);
      };
    });
  }

  /** All that changed before is on disk: what is read now is how it is. */
  read(): void {
    if (this.#state !== 'due') return;
    this.#state = 'under way';
    this.#meanwhile = [];
    this.#readPages().then(
      () => {
        this.#state = 'known';
        this.#meanwhile = [];
        this.#onKnown();
      },
      // Read from the start when the keeper is there again.
      () => {
        this.#state = 'due';
      },
    );
  }

  async #readPages(): Promise<void> {
    const { keeper, onReaders, restored } = this.#options;
    await restored;
    for (let last = { scope: '', account: '' }; ; ) {
      const { rows } = await keeper.ask('readers', last);
      if (rows.length === 0) break;
      onReaders(rows.filter((row) => !this.#meanwhile.some((change) => isAbout(change, row))));
      const { scope, account } = rows.at(-1)!;
      last = { scope, account };
    }
  }
}

/** Whether who may read what is no longer as it was read. */
function isAbout(change: StoreChange, { scope, account }: ReaderRows[number]): boolean {
  switch (change.do) {
    case 'drop':
      return change.scope === scope;
    case 'no reader':
      return change.scope === scope && change.account === account;
    case 'rename':
      return change.scope === scope || change.to === scope;
    case 'end account':
      return change.account === account;
    case 'clear':
      return change.kind === 'channels';
    default:
      return false;
  }
}
