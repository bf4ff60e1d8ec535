/** The keeper of messages as the server sees it, and the one that is a daemon of the instance, wherever it listens now. */
import {
  MESSAGE_QUESTIONS,
  MESSAGES_LINE_CHARS,
  MESSAGES_PROTOCOL,
  type MessageArgs,
  type MessageQuestion,
  type MessageResult,
} from '../../../contract/messages.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { RequestFigures } from '../../../kit/request-figures.ts';
import type { Peers } from '../../runtime/host/peer-directory.ts';
import { PeerLink } from '../../runtime/net/peer-link.ts';
import { PeerQuestions } from '../../runtime/net/peer-questions.ts';

/** Who keeps the messages beyond a restart. */
export interface MessageKeeper {
  /** Whether it can be asked. */
  readonly present: boolean;
  /** Rejects with a SignalboxError where it cannot be asked, or says that it cannot do it. */
  ask<Name extends MessageQuestion>(name: Name, args: MessageArgs<Name>): Promise<MessageResult<Name>>;
  /** Told when it comes and goes; once. */
  listen(onPresence: () => void): void;
  close(): void;
}

/** What a {@link PeerKeeper} needs. */
export interface PeerKeeperOptions {
  readonly peers: Peers;
  readonly clock: Clock;
  readonly figures: RequestFigures;
  readonly log: (level: 'info' | 'warn', event: string, message: string) => void;
}

/** Asks the daemon that keeps the messages. */
export class PeerKeeper implements MessageKeeper {
  readonly #questions: PeerQuestions<typeof MESSAGE_QUESTIONS>;
  readonly #link: PeerLink;
  #present = false;
  #onPresence: (() => void) | null = null;
  #closed = false;

  constructor({ peers, clock, figures, log }: PeerKeeperOptions) {
    this.#questions = new PeerQuestions(MESSAGE_QUESTIONS, clock, figures);
    this.#link = new PeerLink({
      peers,
      clock,
      protocol: MESSAGES_PROTOCOL,
      lineChars: MESSAGES_LINE_CHARS,
      onPeer: async (channel) => {
        const ended = this.#questions.use(channel, () => {});
        log('info', 'messages_present', 'What is said is kept on disk');
        this.#setPresent(true);
        try {
          await ended;
        } finally {
          if (!this.#closed)
            log(
              'warn',
              'messages_away',
              'The keeper of the messages is away: what is said is in memory alone until it is back',
            );
          this.#setPresent(false);
        }
      },
      onBroken: (why) =>
        log('warn', 'messages_link_broken', `The keeper of the messages cannot be asked: ${why}`),
    });
  }

  get present(): boolean {
    return this.#present;
  }

  ask<Name extends MessageQuestion>(name: Name, args: MessageArgs<Name>): Promise<MessageResult<Name>> {
    return this.#questions.ask(name, args) as Promise<MessageResult<Name>>;
  }

  listen(onPresence: () => void): void {
    this.#onPresence = onPresence;
  }

  close(): void {
    this.#closed = true;
    this.#onPresence = null;
    this.#link.close();
  }

  #setPresent(present: boolean): void {
    if (this.#present === present) return;
    this.#present = present;
    this.#onPresence?.();
  }
}
