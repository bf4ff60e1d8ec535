/** A daemon of the instance that is asked questions, wherever it listens now; the log says when it comes and goes. */
import type { Clock } from '../../../kit/clock.ts';
import type { RequestFigures } from '../../../kit/request-figures.ts';
import type { Peers } from '../host/peer-directory.ts';
import { PeerLink } from './peer-link.ts';
import { PeerQuestions, type QuestionTable } from './peer-questions.ts';

/** What is needed to ask one. */
export interface AskedPeerOptions {
  readonly peers: Peers;
  readonly clock: Clock;
  readonly figures: RequestFigures;
  readonly log: (level: 'info' | 'warn', event: string, message: string) => void;
}

/** Whom it is about, and how that is said. */
export interface AskedPeerWords {
  readonly protocol: string;
  readonly lineChars: number;
  /** What the events of the log begin with. */
  readonly event: string;
  /** What the log says when it is there, and when it is away. */
  readonly present: string;
  readonly away: string;
  /** To go before why it cannot be asked. */
  readonly broken: string;
}

/** What is told of it. */
export interface AskedPeerEvents {
  readonly onPresence: () => void;
  /** What it says without being asked. */
  readonly onNews?: (news: unknown) => void;
}

export class AskedPeer<Table extends QuestionTable> {
  readonly questions: PeerQuestions<Table>;
  readonly #link: PeerLink;
  #present = false;
  #events: AskedPeerEvents | null = null;
  #closed = false;

  constructor(table: Table, { peers, clock, figures, log }: AskedPeerOptions, words: AskedPeerWords) {
    this.questions = new PeerQuestions(table, clock, figures);
    const { protocol, lineChars, event } = words;
    this.#link = new PeerLink({
      peers,
      clock,
      protocol,
      lineChars,
      onPeer: async (channel) => {
        const ended = this.questions.use(channel, (news) => this.#events?.onNews?.(news));
        log('info', `${event}_present`, words.present);
        this.#setPresent(true);
        try {
          await ended;
        } finally {
          if (!this.#closed) log('warn', `${event}_away`, words.away);
          this.#setPresent(false);
        }
      },
      onBroken: (why) => log('warn', `${event}_link_broken`, `${words.broken}: ${why}`),
    });
  }

  /** Whether it can be asked. */
  get present(): boolean {
    return this.#present;
  }

  /** Told when it comes and goes, and what it says; once. */
  listen(events: AskedPeerEvents): void {
    this.#events = events;
  }

  close(): void {
    this.#closed = true;
    this.#events = null;
    this.#link.close();
  }

  #setPresent(present: boolean): void {
    if (this.#present === present) return;
    this.#present = present;
    this.#events?.onPresence();
  }
}
