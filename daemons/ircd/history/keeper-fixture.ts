/** For tests: a keeper of messages that answers from arrays, and fails where a test says so. */
import {
  MESSAGE_QUESTIONS,
  type MessageArgs,
  type MessageQuestion,
  type MessageResult,
  type StoredMark,
  type StoredMessage,
} from '../../../contract/messages.ts';
import { WorkTurns } from '../../runtime/async/work-turns.ts';
import { MessageModel, type ModelMessage } from '../../runtime/test-fixtures/message-model.ts';
import { EVERYBODY } from '../state/channel-history.ts';
import type { DiskOptions } from './history-disk.ts';
import type { MessageKeeper } from './message-keeper.ts';

/** What it keeps outlives whoever asks: another may be made of the same model. */
export class ArrayKeeper implements MessageKeeper {
  readonly model: MessageModel;
  present = true;
  /** What a write, or everything, rejects with; null for nothing. */
  refuses: 'write' | 'all' | null = null;
  /** Answers wait for this. */
  held: Promise<void> = Promise.resolve();
  readonly asked: MessageQuestion[] = [];
  closed = false;
  /** Whether it was asked for that nothing of what was deleted is in a file. */
  isClean = false;
  #last = '';
  #order = 0;
  #onPresence: () => void = () => {};

  constructor(model = new MessageModel()) {
    this.model = model;
    for (const { messages } of model.scopes.values())
      for (const { order } of messages) this.#order = Math.max(this.#order, order);
  }

  async ask<Name extends MessageQuestion>(name: Name, args: MessageArgs<Name>): Promise<MessageResult<Name>> {
    this.asked.push(name);
    // What does not fit the protocol would be refused by the process.
    const checked = MESSAGE_QUESTIONS[name].args.parse(args);
    await this.held;
    if (!this.present || this.refuses === 'all') throw new Error('it is away');
    if (this.refuses === 'write' && name === 'write') throw new Error('the disk is full');
    return this.#answer(name, checked as never) as MessageResult<Name>;
  }

  listen(onPresence: () => void): void {
    this.#onPresence = onPresence;
  }

  /** Comes, or goes. */
  setPresent(present: boolean): void {
    this.present = present;
    this.#onPresence();
  }

  close(): void {
    this.closed = true;
  }

  #answer(name: MessageQuestion, args: never): unknown {
    switch (name) {
      case 'open':
        return { order: this.#order };
      case 'write':
        return this.#write(args);
      case 'read':
        return this.#read(args);
      case 'latest':
        return this.#latest(args);
      case 'accounts':
        return this.#accounts(args);
      case 'readers':
        return this.#readers(args);
    }
  }

  #write({ run, batch, changes, clean }: MessageArgs<'write'>): MessageResult<'write'> {
    this.isClean = clean || (this.isClean && changes.length === 0);
    if (this.#last === `${run} ${batch}`) return {};
    this.#last = `${run} ${batch}`;
    for (const change of changes) {
      this.model.change(change);
      if (change.do === 'keep') this.#order = Math.max(this.#order, change.message.order);
    }
    return {};
  }

  #read(args: MessageArgs<'read'>): MessageResult<'read'> {
    const found = this.model.read(args);
    if (typeof found === 'string') return { unknown: found };
    const { wanted } = args;
    const given: StoredMark[] = wanted.mark === null ? [] : [wanted.mark];
    if (wanted.kind === 'BETWEEN') given.push(wanted.until);
    const marks = given.map((mark) => {
      if (!('id' in mark)) return mark;
      const { order, at } = this.#all(args.scope).findLast(({ id }) => id === mark.id)!;
      return { order, at };
    });
    return { messages: found.map((order) => bare(this.model.message(order)!)), marks };
  }

  #latest({ scopes }: MessageArgs<'latest'>): MessageResult<'latest'> {
    const found: MessageResult<'latest'>['found'] = [];
    for (const { scope, after, before } of scopes) {
      const latest = new Map<string, ModelMessage>();
      for (const one of this.#all(scope))
        if (!one.event && one.order > after && one.order < before)
          latest.set(one.peer === null ? '' : (one.peer.account ?? `:${one.peer.nick}`), one);
      for (const { order, at, data, peer } of latest.values()) found.push({ scope, order, at, data, peer });
    }
    return { found };
  }

  /** One a page. */
  #accounts({ after }: MessageArgs<'accounts'>): MessageResult<'accounts'> {
    const found = new Set<string>();
    for (const [scope, { readers }] of this.model.scopes) {
      if (scope.startsWith('a')) found.add(scope.slice(1));
      for (const account of readers.keys()) if (account !== EVERYBODY) found.add(account);
    }
    return {
      accounts: [...found]
        .sort()
        .filter((account) => account > after)
        .slice(0, 1),
    };
  }

  /** One row a page. */
  #readers(last: MessageArgs<'readers'>): MessageResult<'readers'> {
    const rows = [...this.model.scopes]
      .filter(([scope]) => scope.startsWith('c'))
      .flatMap(([scope, { readers }]) =>
        readers.size === 0
          ? [{ scope, account: '', since: 0 }]
          : [...readers].map(([account, since]) => ({ scope, account, since })),
      )
      .sort((a, b) => (key(a) < key(b) ? -1 : 1));
    return { rows: rows.filter((row) => key(row) > key(last)).slice(0, 1) };
  }

  #all(scope: string): readonly ModelMessage[] {
    return this.model.scopes.get(scope)?.messages ?? [];
  }
}

function key({ scope, account }: { readonly scope: string; readonly account: string }): string {
  return `${scope}\0${account}`;
}

function bare({ order, at, kept, event, id, bytes, data }: ModelMessage): StoredMessage {
  return { order, at, kept, event, id, bytes, data };
}

/** What a disk with that keeper needs, where a test asks for nothing else. */
export function diskOptions(keeper: MessageKeeper): DiskOptions {
  return {
    keeper,
    work: new WorkTurns({}),
    amount: () => ({ keepMs: 1, scopeMessages: 1, totalBytes: 1 }),
    restored: Promise.resolve(),
    onOrder: () => 0,
    onReaders: () => {},
    onDeleted: () => {},
    onDropped: () => {},
    onProblem: () => {},
  };
}
