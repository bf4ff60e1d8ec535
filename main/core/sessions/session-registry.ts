/**
 * The sessions of one host. A browser's login lasts until it expires or is ended; every other session lasts as long as it
 * holds a connection or stream. The control plane makes one; hosts open sessions in it for whoever connects.
 */
import { randomBytes } from 'node:crypto';
import type { SessionInfo } from '../../../contract/control/sessions.ts';
import { LiveSession, type SessionOwner } from './live-session.ts';

/** How a session is opened. */
export interface SessionOptions extends SessionOwner {
  /** Made up where absent. */
  readonly id?: string;
  /** Ends a session that outlives its connections, for good; it ends the live one too. Absent: it goes with its last connection. */
  readonly revoke?: () => Promise<void>;
  /** Whoever comes with the same key while it is open shares the session. */
  readonly key?: string;
}

/** What is known of an open session beside what it holds. */
interface Entry {
  readonly session: LiveSession;
  readonly options: SessionOptions;
}

/** All open sessions. */
export class SessionRegistry {
  /** Oldest first. */
  readonly #entries = new Map<string, Entry>();
  readonly #changed: () => void;

  /** `changed` is called when a session has begun or ended. */
  constructor(changed: () => void = () => {}) {
    this.#changed = changed;
  }

  /** Opens a session, or finds the one of its key. What is not held soon by a connection is held by nobody: `hold` it at once. */
  open(options: SessionOptions): LiveSession {
    const { key } = options;
    if (key !== undefined) {
      for (const entry of this.#entries.values()) if (entry.options.key === key) return entry.session;
    }
    const session = new LiveSession(options.id ?? randomBytes(4).toString('hex'), options, (one) =>
      this.#released(one),
    );
    this.#entries.set(session.id, { session, options });
    this.#changed();
    return session;
  }

  find(id: string): LiveSession | null {
    return this.#entries.get(id)?.session ?? null;
  }

  /** All of them, oldest first; `current` is the id of whoever asks. */
  list(current: string | null): SessionInfo[] {
    return [...this.#entries.values()].map(({ session }) => {
      const { actor, address, since, expiresAt } = session.owner;
      const { name, from, role, where = null } = actor;
      const connections = session.count('connection');
      const streams = session.count('stream');
      const own = session.id === current;
      return {
        id: session.id,
        name,
        from,
        role,
        address,
        where,
        since,
        expiresAt,
        connections,
        streams,
        current: own,
      };
    });
  }

  /** Ends a session and everything that it holds; resolves when that is for good. */
  async end(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.session.end();
    await entry.options.revoke?.();
  }

  #released(session: LiveSession): void {
    const entry = this.#entries.get(session.id);
    if (entry?.session !== session) return;
    const lasts = entry.options.revoke !== undefined || session.count('connection') > 0;
    if (!session.ended && (lasts || session.count('stream') > 0)) return;
    this.#entries.delete(session.id);
    this.#changed();
  }
}
