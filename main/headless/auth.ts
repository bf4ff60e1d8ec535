/**
 * Who may speak to the headless host: whoever holds the token of the data directory, or the cookie of a session that was
 * opened with it and has not been ended. Asked by the HTTP server.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, open, readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { SignalboxError } from '../../contract/errors.ts';
import type { Actor } from '../../contract/link/actor.ts';
import { CONTROL_LIMITS, type ControlLimits } from '../core/limits.ts';
import { LoginThrottle } from './login-throttle.ts';
import { type Session, SessionStore } from './session-store.ts';

/** Bytes of randomness in a token: not to be guessed. */
const TOKEN_BYTES = 32;
/** What people are called who gave no name: there is one token, and who holds it may do everything. */
const UNNAMED = 'admin';
/** A name begins with a letter or digit; brackets would look like what is put behind it. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]*$/u;

/** Reads `DATA/token`, or makes one; mode 0600. */
export async function loadToken(dataDir: string): Promise<string> {
  const file = join(dataDir, 'token');
  try {
    const handle = await open(file, 'wx', 0o600);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    try {
      await handle.writeFile(`${token}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const token = (await readFile(file, 'utf8')).trim();
  if (token.length < 32) {
    const message = `${file} holds no token; remove the file and start again to get a new one.`;
    throw new SignalboxError('data_unusable', message);
  }
  await chmod(file, 0o600);
  return token;
}

/** Somebody who has proved who they are. */
export interface Visitor {
  readonly actor: Actor;
  /** Null for a program that sent the token itself. */
  readonly session: Session | null;
}

/** How a login went. */
export type LoginVerdict =
  | { readonly cookie: string; readonly session: Session }
  | { readonly refused: 'wrong' | 'name' }
  | { readonly refused: 'wait'; readonly seconds: number };

/** What is fixed beside the token. */
export interface AuthOptions {
  /** Unix milliseconds. */
  readonly now?: () => number;
  readonly limits?: ControlLimits;
  /** In memory where absent. */
  readonly sessions?: SessionStore;
}

/** The token and the sessions of one host. */
export class Auth {
  /** Cookies are shared by all ports of a host, so the name tells instances apart. */
  readonly cookieName: string;
  readonly sessions: SessionStore;
  readonly #tokenDigest: Buffer;
  readonly #now: () => number;
  readonly #limits: ControlLimits;
  readonly #throttle: LoginThrottle;

  constructor(token: string, options: AuthOptions = {}) {
    this.#tokenDigest = digest(token);
    this.cookieName = `signalbox_${createHash('sha256').update(`name:${token}`).digest('hex').slice(0, 8)}`;
    const { now = Date.now, limits = CONTROL_LIMITS } = options;
    this.#now = now;
    this.#limits = limits;
    this.sessions = options.sessions ?? new SessionStore({ token, limits, now, dataDir: null, warn() {} });
    this.#throttle = new LoginThrottle(limits, now());
  }

  /** What is counted of wrong logins. */
  get wrongLogins(): LoginThrottle['counts'] {
    return this.#throttle.counts;
  }

  /** Compares in constant time. */
  isToken(candidate: string): boolean {
    return timingSafeEqual(digest(candidate), this.#tokenDigest);
  }

  /**
   * Who sends a request: a program that carries the token, a browser with the cookie of an open session, or nobody we
   * know.
   * @param address where the request comes from
   */
  visitorOf(headers: IncomingHttpHeaders, address: string): Visitor | null {
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      if (!this.isToken(bearer)) return null;
      return { actor: { name: UNNAMED, from: 'api', role: 'admin', where: address }, session: null };
    }
    const cookie = cookieOf(headers.cookie ?? '', this.cookieName);
    const session = cookie === null ? null : this.sessions.find(cookie);
    if (session === null) return null;
    const where = `session ${session.id} from ${address}`;
    return { actor: { name: session.name, from: 'browser', role: session.role, where }, session };
  }

  /**
   * Checks a login. The right token is never refused, whatever others got wrong.
   * @param login.name what the person wants to be called in the audit trail; anything is believed
   * @returns the `Set-Cookie` header, which keeps the cookie on TLS if that is where the login came from
   */
  login(
    token: unknown,
    { address, name, overTls = false }: { address: string; name?: unknown; overTls?: boolean },
  ): LoginVerdict {
    if (typeof token !== 'string' || !this.isToken(token)) {
      const seconds = this.#throttle.wrong(address, this.#now());
      return seconds === null ? { refused: 'wrong' } : { refused: 'wait', seconds };
    }
    const known = this.#nameOf(name);
    if (known === null) return { refused: 'name' };
    const { secret, session } = this.sessions.begin(known, address, 'admin');
    const cookie = this.#cookie(secret, this.#limits.sessionSeconds);
    return { cookie: overTls ? `${cookie}; Secure` : cookie, session };
  }

  /** Ends a session; the `Set-Cookie` header that makes the browser forget it. */
  async logout(session: Session | null): Promise<string> {
    if (session !== null) await this.sessions.end(session);
    return this.#cookie('', 0);
  }

  #nameOf(given: unknown): string | null {
    if (given === undefined || given === null) return UNNAMED;
    if (typeof given !== 'string') return null;
    const name = given.normalize('NFC').trim();
    if (name === '') return UNNAMED;
    return name.length <= this.#limits.sessionNameChars && NAME.test(name) ? name : null;
  }

  #cookie(value: string, maxAge: number): string {
    return `${this.cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}`;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function cookieOf(header: string, name: string): string | null {
  for (const pair of header.split(';')) {
    const [key, value] = pair.trim().split('=');
    if (key === name && value !== undefined) return value;
  }
  return null;
}
