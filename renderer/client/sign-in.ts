/** The browser's session with a headless host: asking whether there is one, and signing in with the access token. */
import type { SessionCheck } from './socket-control-client.ts';

/** Asks the host whether this browser is signed in. */
export async function checkSession(): Promise<SessionCheck> {
  try {
    const answer = await fetch('/session', { cache: 'no-store' });
    if (answer.status === 401 || answer.status === 403) return 'signed-out';
    return answer.ok ? 'signed-in' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

/** What came of signing in. */
export type SignInResult = 'signed-in' | 'wrong-token' | 'bad-name' | 'too-many-tries' | 'unreachable';

/** Where tabs of one browser tell each other that they have signed in. The message says no more than that. */
const SIGN_INS = 'signalbox-signed-in';

function tellOtherTabs(): void {
  const channel = new BroadcastChannel(SIGN_INS);
  channel.postMessage(null);
  channel.close();
}

/** Calls back whenever another tab of this browser has signed in at this host, until the returned function is called. */
export function onSignedInElsewhere(listener: () => void): () => void {
  const channel = new BroadcastChannel(SIGN_INS);
  channel.onmessage = listener;
  return () => channel.close();
}

/**
 * Trades the access token for a session cookie, which scripts cannot read.
 * @param name what the audit trail calls whoever signs in; may be empty
 */
export async function signIn(token: string, name: string): Promise<SignInResult> {
  try {
    const answer = await fetch('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, name }),
    });
    if (answer.ok) {
      tellOtherTabs();
      return 'signed-in';
    }
    if (answer.status === 400) return 'bad-name';
    if (answer.status === 429) return 'too-many-tries';
    return answer.status < 500 ? 'wrong-token' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

/** Who this browser is to the host; `session` is null where the token itself is sent. */
export interface SignedIn {
  readonly name: string;
  readonly session: string | null;
}

/** Asks who is signed in; null when that cannot be had. */
export async function whoIsSignedIn(): Promise<SignedIn | null> {
  try {
    const answer = await fetch('/session', { cache: 'no-store' });
    if (!answer.ok) return null;
    const { result } = (await answer.json()) as { result: SignedIn };
    return result;
  } catch {
    return null;
  }
}

/** Ends this browser's session on the host, its connections and every copy of its cookie; false when it did not answer. */
export async function signOut(): Promise<boolean> {
  try {
    return (await fetch('/logout', { method: 'POST' })).ok;
  } catch {
    return false;
  }
}
