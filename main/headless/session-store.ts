/**
 * The browsers that logged in: each has an id, a name that it gave, and an end. What the cookie holds is kept as a digest
 * only, in `sessions.json` of the data directory, so that sessions survive a restart and one that was ended never comes
 * back. Owned by Auth.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ROLES, type Role } from '../../contract/access.ts';
import { SavedFile } from '../../daemons/runtime/files/saved-file.ts';
import type { Counts } from '../../daemons/runtime/telemetry/counted-instrument.ts';
import type { ControlLimits } from '../core/limits.ts';

/** Bytes of randomness in a cookie: not to be guessed. */
const SECRET_BYTES = 32;
/** Characters of the digest that name a session to people. */
const ID_CHARACTERS = 8;

const storedSession = z.object({
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string().max(64),
  address: z.string().max(64),
  /** Older files say nothing of it: then there was one. */
  role: z.enum(ROLES).default('admin'),
  /** Unix milliseconds. */
  createdAt: z.number(),
  /** Unix milliseconds. */
  expiresAt: z.number(),
});
const storedFile = z.object({
  version: z.literal(1),
  /** Of the token that the sessions were opened with: another token ends them. */
  tokenMark: z.string(),
  sessions: z.array(storedSession),
});

/** One login of one browser. */
export interface Session extends Readonly<z.output<typeof storedSession>> {
  /** Short and safe to show; the cookie cannot be made from it. */
  readonly id: string;
  /** Calls back when the session ends; the function it returns takes that back. */
  onEnd(listener: () => void): () => void;
}

class OpenSession implements Session {
  readonly digest: string;
  readonly name: string;
  readonly address: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly #listeners = new Set<() => void>();

  constructor(stored: z.output<typeof storedSession>) {
    this.digest = stored.digest;
    this.name = stored.name;
    this.address = stored.address;
    this.role = stored.role;
    this.createdAt = stored.createdAt;
    this.expiresAt = stored.expiresAt;
  }

  get id(): string {
    return this.digest.slice(0, ID_CHARACTERS);
  }

  onEnd(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(): void {
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }
}

/** What a store needs. */
export interface SessionStoreOptions {
  readonly token: string;
  readonly limits: ControlLimits;
  /** Null keeps sessions in memory only. */
  readonly dataDir: string | null;
  /** Unix milliseconds, by a clock that does not follow a jump at once: what has expired does not come back. */
  readonly now: () => number;
  /** Told what the operator should know, without secrets. */
  readonly warn: (event: string, message: string) => void;
}

/** The open sessions of one host. */
export class SessionStore {
  readonly #options: SessionStoreOptions;
  readonly #file: SavedFile | null;
  readonly #tokenMark: string;
  /** By digest, oldest first. */
  readonly #sessions = new Map<string, OpenSession>();
  /**
   * By digest: those that had expired by the clock of the start, which may be wrong at boot. They open nothing, unless the
   * clock turns out to be right again, and are forgotten after a day.
   */
  readonly #dormant = new Map<string, OpenSession>();
  #forgetting: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #told = false;
  #begun = 0;
  #displaced = 0;

  constructor(options: SessionStoreOptions) {
    this.#options = options;
    this.#file = options.dataDir === null ? null : new SavedFile(join(options.dataDir, 'sessions.json'));
    this.#tokenMark = createHmac('sha256', options.token).update('signalbox sessions').digest('hex');
  }

  /** The store of a data directory. A file that makes no sense ends its sessions: their browsers log in again. */
  static async open(options: SessionStoreOptions): Promise<SessionStore> {
    const store = new SessionStore(options);
    await store.#load();
    return store;
  }

  /** The open sessions, oldest first. */
  get all(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** Logins that stand, of how many may, and how many there were and ended because of a newer one. */
  get counts(): Counts<'limiter'> {
    return {
      depth: this.#sessions.size,
      capacity: this.#options.limits.sessions,
      completed: this.#begun,
      rejected: this.#displaced,
    };
  }

  /** Changes on their way to the disk. */
  get writes(): SavedFile['counts'] {
    return this.#file?.counts ?? { depth: 0, submitted: 0, completed: 0, batches: 0 };
  }

  /** Opens a session; `secret` goes into the cookie and is kept nowhere. */
  begin(name: string, address: string, role: Role): { readonly secret: string; readonly session: Session } {
    const { limits, now } = this.#options;
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const createdAt = now();
    const expiresAt = createdAt + limits.sessionSeconds * 1000;
    const session = new OpenSession({ digest: digestOf(secret), name, address, role, createdAt, expiresAt });
    this.#sessions.set(session.digest, session);
    this.#begun++;
    for (const oldest of this.#sessions.values()) {
      if (this.#sessions.size <= limits.sessions) break;
      this.#remove(oldest);
      this.#displaced++;
    }
    void this.#save();
    this.#watchExpiry();
    return { secret, session };
  }

  /** The open session of a cookie; null for any other text. */
  find(secret: string): Session | null {
    const digest = digestOf(secret);
    const session = this.#sessions.get(digest) ?? this.#dormant.get(digest);
    if (session === undefined || session.expiresAt <= this.#options.now()) return null;
    if (this.#dormant.delete(digest)) this.#sessions.set(digest, session);
    return session;
  }

  /** Ends a session: its cookie is worth nothing from here on. Resolves when that is on disk, or could not be written. */
  async end(session: Session): Promise<void> {
    const open = this.#sessions.get(session.digest);
    if (open === undefined) return;
    this.#remove(open);
    await this.#save();
  }

  /** Ends timers and tries once more to write what is not on disk; sessions stay open for the next start. */
  async close(): Promise<void> {
    clearTimeout(this.#expiry);
    clearTimeout(this.#forgetting);
    await this.#file?.settled();
    if (this.#retry !== undefined) await this.#save();
    this.#endRetry();
  }

  #endRetry(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  #remove(session: OpenSession): void {
    this.#sessions.delete(session.digest);
    session.end();
  }

  async #load(): Promise<void> {
    if (this.#file === null) return;
    const { warn, limits, now } = this.#options;
    try {
      const { size } = await stat(this.#file.path);
      if (size > limits.sessionFileBytes) throw new Error(`it has ${size} bytes`);
      const file = storedFile.parse(JSON.parse(await readFile(this.#file.path, 'utf8')));
      if (file.tokenMark !== this.#tokenMark) return;
      for (const stored of file.sessions) {
        const kept = stored.expiresAt > now() ? this.#sessions : this.#dormant;
        kept.set(stored.digest, new OpenSession(stored));
      }
      if (this.#dormant.size > 0)
        this.#forgetting = setTimeout(() => {
          this.#dormant.clear();
          void this.#save();
        }, limits.sessionDormantSeconds * 1000).unref();
      this.#watchExpiry();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      warn('sessions_unreadable', `${this.#file.path} cannot be used, so every browser has to log in again.`);
    }
  }

  async #save(): Promise<void> {
    this.#endRetry();
    try {
      await this.#file?.save(() => this.#text());
      this.#told = false;
    } catch (error) {
      const { limits, warn } = this.#options;
      if (!this.#told) {
        const cause = error instanceof Error ? error.message : String(error);
        warn(
          'sessions_unsaved',
          `Who logged in or out cannot be written, and would be forgotten by a restart: ${cause}. It is tried again.`,
        );
      }
      this.#told = true;
      // Another one may have failed meanwhile.
      this.#endRetry();
      this.#retry = setTimeout(() => void this.#save(), limits.sessionRetryMs).unref();
    }
  }

  #text(): string {
    const sessions = [...this.#dormant.values(), ...this.#sessions.values()].map((session) => {
      const { digest, name, address, role, createdAt, expiresAt } = session;
      return { digest, name, address, role, createdAt, expiresAt };
    });
    return `${JSON.stringify({ version: 1, tokenMark: this.#tokenMark, sessions })}\n`;
  }

  /** Sessions that expire end like those that were ended, their connections included. */
  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    if (this.#sessions.size === 0) return;
    const { limits, now } = this.#options;
    const next = Math.min(...[...this.#sessions.values()].map(({ expiresAt }) => expiresAt));
    const waitMs = Math.min(Math.max(next - now(), 0) + 1, limits.sessionCheckMs);
    this.#expiry = setTimeout(() => {
      for (const session of [...this.#sessions.values()])
        if (session.expiresAt <= now()) this.#remove(session);
      this.#watchExpiry();
    }, waitMs).unref();
  }
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
