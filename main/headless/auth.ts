/**
 * Who may speak to the headless host: whoever holds the token of the data directory, or a cookie that a login with it
 * got. The token persists, so cookies survive a restart. Asked by the HTTP server.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, open, readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import type { Actor } from '../../daemons/contract/daemon-link.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';

/** Bytes of randomness in a token: not to be guessed. */
const TOKEN_BYTES = 32;
const SESSION_SECONDS = CONTROL_LIMITS.sessionSeconds;
const LOGIN_BURST = CONTROL_LIMITS.loginBurst;
const LOGIN_REFILL_MS = CONTROL_LIMITS.loginRefillMs;

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
    throw new Error(`${file} holds no token; remove the file and start again to get a new one.`);
  }
  await chmod(file, 0o600);
  return token;
}

/** The token and the sessions of one host. */
export class Auth {
  /** Cookies are shared by all ports of a host, so the name tells instances apart. */
  readonly cookieName: string;
  readonly #tokenDigest: Buffer;
  readonly #signingKey: Buffer;
  readonly #now: () => number;
  #loginsLeft = LOGIN_BURST;
  #refilledAt: number;

  /** `now` gives Unix milliseconds. */
  constructor(token: string, now: () => number = Date.now) {
    this.#tokenDigest = digest(token);
    this.#signingKey = createHmac('sha256', token).update('signalbox session cookie').digest();
    this.cookieName = `signalbox_${createHash('sha256').update(`name:${token}`).digest('hex').slice(0, 8)}`;
    this.#now = now;
    this.#refilledAt = now();
  }

  /** Compares in constant time. */
  isToken(candidate: string): boolean {
    return timingSafeEqual(digest(candidate), this.#tokenDigest);
  }

  /** Who sends a request: a program that carries the token, a browser with a valid cookie, or nobody we know. */
  actorOf(headers: IncomingHttpHeaders): Actor | null {
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return this.isToken(bearer) ? { name: 'admin', from: 'api' } : null;
    const cookie = cookieOf(headers.cookie ?? '', this.cookieName);
    return cookie !== null && this.#isValidSession(cookie) ? { name: 'admin', from: 'browser' } : null;
  }

  /** Checks a login: the `Set-Cookie` header for it, which keeps the cookie on TLS if that is where it came from. */
  login(
    token: unknown,
    { overTls = false } = {},
  ): { cookie: string } | { refused: 'wrong' } | { refused: 'wait'; seconds: number } {
    this.#refill();
    if (this.#loginsLeft <= 0) {
      const seconds = Math.ceil((LOGIN_REFILL_MS - (this.#now() - this.#refilledAt)) / 1000);
      return { refused: 'wait', seconds: Math.max(1, seconds) };
    }
    if (typeof token !== 'string' || !this.isToken(token)) {
      this.#loginsLeft--;
      return { refused: 'wrong' };
    }
    const expires = Math.floor(this.#now() / 1000) + SESSION_SECONDS;
    const session = `${expires}.${this.#sign(expires)}`;
    const cookie = this.#cookie(session, SESSION_SECONDS);
    return { cookie: overTls ? `${cookie}; Secure` : cookie };
  }

  /** The `Set-Cookie` header that ends a session. */
  logout(): string {
    return this.#cookie('', 0);
  }

  #cookie(value: string, maxAge: number): string {
    return `${this.cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}`;
  }

  #isValidSession(session: string): boolean {
    const [expiresText = '', signature = ''] = session.split('.');
    const expires = Number(expiresText);
    if (!Number.isSafeInteger(expires) || expires * 1000 < this.#now()) return false;
    return timingSafeEqual(digest(signature), digest(this.#sign(expires)));
  }

  #sign(expires: number): string {
    return createHmac('sha256', this.#signingKey).update(String(expires)).digest('base64url');
  }

  #refill(): void {
    const earned = Math.floor((this.#now() - this.#refilledAt) / LOGIN_REFILL_MS);
    if (earned <= 0) return;
    this.#loginsLeft = Math.min(LOGIN_BURST, this.#loginsLeft + earned);
    this.#refilledAt += earned * LOGIN_REFILL_MS;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function cookieOf(header: string, name: string): string | null {
  for (const pair of header.split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined) return value;
  }
  return null;
}
