/** The keeper of messages as the server sees it, and the one that is a daemon of the instance, wherever it listens now. */
import {
  MESSAGE_QUESTIONS,
  MESSAGES_LINE_CHARS,
  MESSAGES_PROTOCOL,
  type MessageArgs,
  type MessageQuestion,
  type MessageResult,
} from '../../../contract/messages.ts';
import { AskedPeer, type AskedPeerOptions } from '../../runtime/net/asked-peer.ts';

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

/** Asks the daemon that keeps the messages. */
export class PeerKeeper implements MessageKeeper {
  readonly #peer: AskedPeer<typeof MESSAGE_QUESTIONS>;

  constructor(options: AskedPeerOptions) {
    this.#peer = new AskedPeer(MESSAGE_QUESTIONS, options, {
      protocol: MESSAGES_PROTOCOL,
      lineChars: MESSAGES_LINE_CHARS,
      event: 'messages',
      present: 'What is said is kept on disk',
      away: 'The keeper of the messages is away: what is said is in memory alone until it is back',
      broken: 'The keeper of the messages cannot be asked',
    });
  }

  get present(): boolean {
    return this.#peer.present;
  }

  ask<Name extends MessageQuestion>(name: Name, args: MessageArgs<Name>): Promise<MessageResult<Name>> {
    return this.#peer.questions.ask(name, args) as Promise<MessageResult<Name>>;
  }

  listen(onPresence: () => void): void {
    this.#peer.listen({ onPresence });
  }

  close(): void {
    this.#peer.close();
  }
}
