/** The browser's session with one headless host: asking whether there is one, signing in with the access token, and out. */

/** What the host said about this browser's session. */
export type SessionCheck = 'signed-in' | 'signed-out' | 'unreachable';

/** What came of signing in. */
export type SignInResult = 'signed-in' | 'wrong-token' | 'bad-name' | 'too-many-tries' | 'unreachable';

/** Who this browser is to the host; `session` is null where the token itself is sent. */
export interface SignedIn {
  readonly name: string;
  readonly session: string | null;
}

export class HostSession {
  readonly #address: string;
  /** Where tabs of one browser tell each other that they have signed in. The message says no more than that. */
  readonly #channelName: string;

  /** @param address of the host, without a slash at its end; empty for the host that serves the page */
  constructor(address: string) {
    this.#address = address;
    this.#channelName = `signalbox-signed-in${address}`;
  }

  /** Asks the host whether this browser is signed in. */
  async check(): Promise<SessionCheck> {
    try {
      const answer = await this.#ask();
      if (answer.status === 401 || answer.status === 403) return 'signed-out';
      return answer.ok ? 'signed-in' : 'unreachable';
    } catch {
      return 'unreachable';
    }
  }

  /** Asks who is signed in; null when that cannot be had. */
  async who(): Promise<SignedIn | null> {
    try {
      const answer = await this.#ask();
      if (!answer.ok) return null;
      const { result } = (await answer.json()) as { result: SignedIn };
      return result;
    } catch {
      return null;
    }
  }

  /**
   * Trades the access token for a session cookie, which scripts cannot read.
   * @param name what the audit trail calls whoever signs in; may be empty
   */
  async signIn(token: string, name: string): Promise<SignInResult> {
    try {
      const answer = await fetch(`${this.#address}/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token, name }),
      });
      if (answer.ok) {
        this.#tellOtherTabs();
        return 'signed-in';
      }
      if (answer.status === 400) return 'bad-name';
      if (answer.status === 429) return 'too-many-tries';
      return answer.status < 500 ? 'wrong-token' : 'unreachable';
    } catch {
      return 'unreachable';
    }
  }

  /** Ends this browser's session on the host, its connections and every copy of its cookie; false when it did not answer. */
  async signOut(): Promise<boolean> {
    try {
      return (await fetch(`${this.#address}/logout`, { method: 'POST' })).ok;
    } catch {
      return false;
    }
  }

  /** Calls back whenever another tab of this browser has signed in at this host, until the returned function is called. */
  onSignedInElsewhere(listener: () => void): () => void {
    const channel = new BroadcastChannel(this.#channelName);
    channel.onmessage = listener;
    return () => channel.close();
  }

  #ask(): Promise<Response> {
    return fetch(`${this.#address}/session`, { cache: 'no-store' });
  }

  #tellOtherTabs(): void {
    const channel = new BroadcastChannel(this.#channelName);
    channel.postMessage(null);
    channel.close();
  }
}
