/** The rival of a storm of logins: a script that asks Keycloak for the same tokens, over as many connections, and does nothing else. */
import { Agent } from 'undici';
import { STORM_PASSWORD, stormUser } from './storm-realm.ts';

const BASIC = Buffer.from('signalbox:signalbox-secret').toString('base64');

/** Asks for the tokens of some users, all at once. Answers how many it got a second. */
export async function plainGrants(
  origin: string,
  users: readonly number[],
  connections: number,
): Promise<number> {
  const dispatcher = new Agent({ connections, pipelining: 1 });
  const begun = performance.now();
  try {
    await Promise.all(users.map((user) => grant(dispatcher, origin, user)));
    return users.length / ((performance.now() - begun) / 1_000);
  } finally {
    await dispatcher.close();
  }
}

async function grant(dispatcher: Agent, origin: string, user: number): Promise<void> {
  const form = { grant_type: 'password', username: stormUser(user), password: STORM_PASSWORD };
  const { statusCode, body } = await dispatcher.request({
    origin,
    path: '/realms/irc/protocol/openid-connect/token',
    method: 'POST',
    headers: { authorization: `Basic ${BASIC}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`Keycloak answered ${statusCode}: ${text.slice(0, 200)}`);
}
