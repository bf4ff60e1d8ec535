/** Answers questions about channels that belong to accounts, and tells whoever asks of every change. Part of `AccountKeeper`. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ACCOUNT_QUESTIONS, AccountNews, ChannelOutcome } from '../../contract/accounts.ts';
import { isValidChannelName } from '../irc/names.ts';
import type { Answerers } from '../runtime/net/peer-questions.ts';
import { limits } from './limits.ts';
import type { StoredAccount } from './store/account-store.ts';
import type { ChannelStore } from './store/channel-store.ts';
import type { WriteTurn } from './store/write-turn.ts';

type ChannelQuestions = Pick<
  typeof ACCOUNT_QUESTIONS,
  'channels' | 'registerChannel' | 'dropChannel' | 'setChannelAccess' | 'transferChannel'
>;

/** What becomes of channels when an account ends, as it was before. */
export interface ChannelsOf {
  readonly founded: readonly string[];
  readonly accessed: readonly string[];
}

/** Keeps who owns which channel. */
export class ChannelKeeper {
  readonly store: ChannelStore;
  readonly #writes: WriteTurn;
  readonly #tell: (news: AccountNews) => void;

  constructor(store: ChannelStore, writes: WriteTurn, tell: (news: AccountNews) => void) {
    this.store = store;
    this.#writes = writes;
    this.#tell = tell;
  }

  answerers(): Answerers<ChannelQuestions> {
    const { store } = this;
    return {
      channels: ({ after }) => store.page(after),
      registerChannel: async ({ channel, account, createdAt }) => {
        if (!isValidChannelName(channel, limits.channelNameBytes.default)) return { outcome: 'not_found' };
        return await this.#change(channel, () => store.register(channel, account, createdAt));
      },
      dropChannel: async ({ channel, by }) => {
        const name = store.find(channel)?.channel;
        const outcome = await this.#writes.write(() => store.drop(channel, by));
        if (outcome === 'done' && name !== undefined) this.#tell({ kind: 'channelGone', channel: name });
        return { outcome };
      },
      setChannelAccess: ({ channel, by, account, level }) =>
        this.#change(channel, () => store.setAccess(channel, by, account, level)),
      transferChannel: ({ channel, by, account }) =>
        this.#change(channel, () => store.transfer(channel, by, account)),
    };
  }

  /** Channels have come in by another way, however many: others have their turn between them. */
  async cameIn(channels: readonly string[]): Promise<void> {
    for (const [index, channel] of channels.entries()) {
      if (index % TOLD_AT_ONCE === TOLD_AT_ONCE - 1) await nextTurn();
      this.#tellOf(channel);
    }
  }

  /** To be asked in the turn in which an account ends, before it does. */
  of(account: StoredAccount): ChannelsOf {
    return { founded: this.store.foundedBy(account), accessed: this.store.accessedBy(account) };
  }

  /** An account is called something else, or is there again. */
  changed(account: StoredAccount): void {
    const { founded, accessed } = this.of(account);
    for (const channel of [...founded, ...accessed]) this.#tellOf(channel);
  }

  /** The access list of a channel is another one. */
  hasChanged(channel: string): void {
    this.#tellOf(channel);
  }

  /** An account has ended: its channels are nobody's, and it has no access any more. */
  ended({ founded, accessed }: ChannelsOf): void {
    for (const channel of founded) this.#tell({ kind: 'channelGone', channel });
    for (const channel of accessed) this.#tellOf(channel);
  }

  async #change(channel: string, step: () => ChannelOutcome): Promise<{ outcome: ChannelOutcome }> {
    const outcome = await this.#writes.write(step);
    if (outcome === 'done') this.#tellOf(channel);
    return { outcome };
  }

  #tellOf(channel: string): void {
    const registration = this.store.find(channel);
    if (registration !== undefined) this.#tell({ kind: 'channel', registration });
  }
}

/** Channels of which is told in one turn of the loop: a millisecond or two. */
const TOLD_AT_ONCE = 8;
