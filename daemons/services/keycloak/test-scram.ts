/** For tests: a client that logs in by SCRAM-SHA-256. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { ACCOUNT_QUESTIONS } from '../../../contract/accounts.ts';
import { base64 } from '../../identity/test-keeper.ts';
import type { Answerers } from '../../runtime/net/peer-questions.ts';

type Asked = Pick<Answerers<typeof ACCOUNT_QUESTIONS>, 'saslStart' | 'saslData'>;

/** What it is answered at the end. */
export async function scramLogin(answers: Asked, session: string, account: string, password: string) {
  const origin = { address: '192.0.2.1', fingerprint: null };
  await answers.saslStart({ session, mechanism: 'SCRAM-SHA-256', origin });
  const bare = `n=${account},r=clientnonce`;
  const first = await answers.saslData({ session, data: base64(`n,,${bare}`) });
  if (first.kind !== 'challenge') return first;
  const answer = Buffer.from(first.data, 'base64').toString();
  const [, nonce = '', salt = '', rounds = ''] = /^r=(.*),s=(.*),i=(.*)$/.exec(answer) ?? [];
  const unproven = `c=${base64('n,,')},r=${nonce}`;
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest();
  const signature = createHmac('sha256', storedKey).update(`${bare},${answer},${unproven}`).digest();
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!)).toString('base64');
  const second = await answers.saslData({ session, data: base64(`${unproven},p=${proof}`) });
  return second.kind === 'challenge' ? await answers.saslData({ session, data: '' }) : second;
}
