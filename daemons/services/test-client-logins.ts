/** For tests: WeeChat and irssi log in to a whole Signalbox by SASL, by each mechanism that they know. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { IrcClient, type IrcClientMake, type IrcClientOptions, installed } from './test-irc-client.ts';
import type { TestSignalbox } from './test-signalbox.ts';

/** Those that are installed here. */
export const CLIENTS: readonly IrcClientMake[] = installed('Logins by SASL are');

/** irssi knows SCRAM only since 1.5. */
const MECHANISMS = {
  WeeChat: ['PLAIN', 'SCRAM-SHA-256', 'EXTERNAL'],
  irssi: ['PLAIN', 'EXTERNAL'],
} as const;

export async function clientsLogIn(whole: TestSignalbox): Promise<void> {
  const watching = await whole.enter('watching2');
  watching.send('JOIN #wee');
  await watching.hears(/ 366 /);
  const own = await whole.enter('wanda');
  // What SCRAM compares with is kept at once of who registers here, and behind a login of others.
  expect(await own.asks('AuthServ', 'REGISTER wanda wanda-horse wanda@example.net')).toContain('yours');
  await own.hears(/You are logged in to the account wanda/);
  const certificate = whole.certificateFile();
  const print = new X509Certificate(readFileSync(certificate)).fingerprint256.replaceAll(':', '');
  expect(await own.asks('AuthServ', `ADDCERTFP ${print.toLowerCase()}`)).toContain('logs you in');
  const [plain, secure] = [await whole.ircPort(), await whole.ircPort(true)];
  const ways = CLIENTS.flatMap((make) => MECHANISMS[make].map((mechanism) => ({ make, mechanism })));
  for (const [at, { make, mechanism }] of ways.entries()) {
    const nick = `real${at}`;
    const sasl = { mechanism, account: 'wanda' };
    const where: Pick<IrcClientOptions, 'port' | 'sasl' | 'certificate'> =
      mechanism === 'EXTERNAL'
        ? { port: secure, certificate, sasl }
        : { port: plain, sasl: { ...sasl, password: 'wanda-horse' } };
    const client = new IrcClient({ make, nick, channel: '#wee', ...where });
    try {
      await watching.hears(new RegExp(`^:${nick}!\\S+ JOIN `));
      watching.send(`WHOIS ${nick}`);
      expect(await watching.hears(/ 330 | 318 /), `${make}, ${mechanism}`).toContain(
        ` 330 watching2 ${nick} wanda `,
      );
    } finally {
      await client.close();
    }
  }
}
