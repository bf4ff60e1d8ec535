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
export type SignInResult = 'signed-in' | 'wrong-token' | 'too-many-tries' | 'unreachable';

/** Trades the access token for a session cookie, which scripts cannot read. */
export async function signIn(token: string): Promise<SignInResult> {
  try {
    const answer = await fetch('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (answer.ok) return 'signed-in';
    if (answer.status === 429) return 'too-many-tries';
    return answer.status < 500 ? 'wrong-token' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}
