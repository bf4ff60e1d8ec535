/** Who log in all at once: new connections by SASL PLAIN, and those who are there already by AUTH. */
import { LineClient } from '../hostile/line-client.ts';
import { STORM_PASSWORD, stormUser } from './storm-realm.ts';

/** What one was answered, after so many milliseconds. */
export interface StormAnswer {
  readonly way: 'SASL' | 'AUTH';
  readonly in: boolean;
  readonly said: string;
  readonly ms: number;
}

/** Somebody who is ready to log in. */
export interface StormClient {
  logIn(): Promise<StormAnswer>;
  close(): void;
}

/** Is at the door, and has asked for SASL. @param user number of the user that they log in as */
export async function saslClient(port: number, user: number): Promise<StormClient> {
  const client = new LineClient(port, addressOf(user));
  client.send('CAP REQ :sasl', `NICK s${user}`, `USER s${user} 0 * :storm`);
  await client.waitFor(' ACK ');
  return {
    logIn: async () => {
      const begun = performance.now();
      const answer = heard(client, / (90[0-9]) /, (line) => !line.includes(' 900 '));
      client.send('AUTHENTICATE PLAIN');
      await client.waitFor('AUTHENTICATE +');
      const name = stormUser(user);
      client.send(`AUTHENTICATE ${Buffer.from(`\0${name}\0${STORM_PASSWORD}`).toString('base64')}`);
      const said = await answer;
      return { way: 'SASL', in: said.includes(' 903 '), said, ms: performance.now() - begun };
    },
    close: () => client.close(),
  };
}

/** Is on the network, and has not logged in. */
export async function authClient(port: number, user: number): Promise<StormClient> {
  const client = new LineClient(port, addressOf(user));
  await client.register(`a${user}`);
  return {
    logIn: async () => {
      const begun = performance.now();
      const answer = heard(client, /^:AuthServ!\S+ NOTICE /i, () => true);
      client.send(`PRIVMSG AuthServ :AUTH ${stormUser(user)} ${STORM_PASSWORD}`);
      const said = await answer;
      return { way: 'AUTH', in: said.includes('logged in to'), said, ms: performance.now() - begun };
    },
    close: () => client.close(),
  };
}

/** The first line that is such a one; why the connection ended where none comes. */
function heard(client: LineClient, pattern: RegExp, isIt: (line: string) => boolean): Promise<string> {
  const before = client.onLine;
  return new Promise((resolve) => {
    client.onLine = (line) => {
      before(line);
      if (pattern.test(line) && isIt(line)) resolve(line);
    };
    void client.closed.then(resolve);
  });
}

/** Nobody is held up for coming from where many come from. */
function addressOf(user: number): string {
  return `127.2.${Math.floor(user / 200)}.${(user % 200) + 1}`;
}
