/**
 * The sessions of this host's visitors in the registry of the control plane: one for each login of a browser, as long as it
 * lasts, and one for the programs that send the token from one address, as long as they are connected. Made by the HTTP
 * server.
 */
import type { LiveSession } from '../core/sessions/live-session.ts';
import type { SessionRegistry } from '../core/sessions/session-registry.ts';
import type { Auth, Visitor } from './auth.ts';
import type { Session } from './session-store.ts';

/** Finds the session of each visitor. */
export class VisitorSessions {
  readonly #registry: SessionRegistry;
  readonly #auth: Auth;

  constructor(registry: SessionRegistry, auth: Auth) {
    this.#registry = registry;
    this.#auth = auth;
    for (const login of auth.sessions.all) this.begin(login);
  }

  /** Makes a login known, so that it can be seen and ended also while its browser is closed. */
  begin(login: Session): LiveSession {
    const { id, name, role, address, createdAt, expiresAt } = login;
    const actor = { name, from: 'browser', role, where: `session ${id} from ${address}` } as const;
    const revoke = () => this.#auth.sessions.end(login);
    const live = this.#registry.open({ id, actor, address, since: createdAt, expiresAt, revoke });
    login.onEnd(() => live.end());
    return live;
  }

  /** The session of a visitor; one that nothing holds yet has to be held at once. */
  of({ actor, session }: Visitor, address: string): LiveSession {
    if (session !== null) return this.#registry.find(session.id) ?? this.begin(session);
    const key = `token from ${address}`;
    return this.#registry.open({ actor, address, since: Date.now(), expiresAt: null, key });
  }
}
