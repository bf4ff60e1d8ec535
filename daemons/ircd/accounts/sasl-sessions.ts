/** Which clients are in the midst of SASL, and what they have sent of the present message (IRCv3 sasl: pieces of 400 bytes). */
import type { LoginTimeline } from '../../../kit/login-timelines.ts';
import { joinPiece, SASL_PIECE_BYTES } from '../../irc/p10/sasl-pieces.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';

/** The exchange of one client. */
export interface SaslSession {
  /** Base64 so far of a message that is not complete. */
  text: string;
  /** What is kept of it; null where nothing is. */
  readonly timeline: LoginTimeline | null;
}

/** What a piece has made of a message. */
export type PieceOutcome =
  | { readonly kind: 'more' }
  | { readonly kind: 'too_long' }
  /** The whole message in base64. */
  | { readonly kind: 'message'; readonly data: string };

/** The exchanges under way; who leaves takes theirs along. */
export class SaslSessions {
  readonly #sessions = new WeakMap<LocalClient, SaslSession>();

  of(client: LocalClient): SaslSession | undefined {
    return this.#sessions.get(client);
  }

  begin(client: LocalClient, timeline: LoginTimeline | null): SaslSession {
    const session = { text: '', timeline };
    this.#sessions.set(client, session);
    return session;
  }

  /** False where there was none. */
  end(client: LocalClient): boolean {
    return this.#sessions.delete(client);
  }

  /** Adds a piece to the message; `+` is an empty one. */
  add(session: SaslSession, piece: string): PieceOutcome {
    session.text = joinPiece(session.text, piece);
    if (session.text.length > limits.saslMessageBytes.default) return { kind: 'too_long' };
    if (piece.length === SASL_PIECE_BYTES) return { kind: 'more' };
    const data = session.text;
    session.text = '';
    return { kind: 'message', data };
  }
}
