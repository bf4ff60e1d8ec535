/** For tests: clients that log in by each mechanism of SASL; given what they are asked, they say what is next, in base64. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { base64 } from '../../identity/test-keeper.ts';

export type SaslClient = (challenge: string) => string;

/** There is nothing in a message. */
const EMPTY = '+';

export function plainClient(account: string, password: string): SaslClient {
  return () => base64(`\0${account}\0${password}`);
}

export function externalClient(): SaslClient {
  return () => EMPTY;
}

export function bearerClient(token: string): SaslClient {
  // What comes after the first is why it was refused.
  return (challenge) => base64(challenge === EMPTY ? `n,,\x01auth=Bearer ${token}\x01\x01` : '\x01');
}

export function scramClient(account: string, password: string): SaslClient {
  const bare = `n=${account},r=clientnonce`;
  let last: SaslClient | null = null;
  return (challenge) => {
    if (last !== null) return last(challenge);
    if (challenge === EMPTY) return base64(`n,,${bare}`);
    last = () => EMPTY;
    const asked = Buffer.from(challenge, 'base64').toString();
    const [, nonce = '', salt = '', rounds = ''] = /^r=(.*),s=(.*),i=(.*)$/.exec(asked) ?? [];
    const unproven = `c=${base64('n,,')},r=${nonce}`;
    const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
    const clientKey = createHmac('sha256', salted).update('Client Key').digest();
    const storedKey = createHash('sha256').update(clientKey).digest();
    const signature = createHmac('sha256', storedKey).update(`${bare},${asked},${unproven}`).digest();
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!)).toString('base64');
    return base64(`${unproven},p=${proof}`);
  };
}
