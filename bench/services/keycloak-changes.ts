/**
 * What somebody changes in a real Keycloak, told by the webhook as its extension tells it, until who is on IRC sees what came of it. Called
 * by bench/services.ts.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keycloakHome, RealKeycloak } from '../../daemons/runtime/test-fixtures/keycloak.ts';
import type { KeycloakClient } from '../../daemons/services/keycloak/keycloak-client.ts';
import { LineClient } from '../hostile/line-client.ts';
import { type Figures, median } from '../shared/figures.ts';
import { keycloakClient, keycloakToml } from './keycloak-side.ts';
import { servicesHost } from './services-host.ts';
import { STORM_PASSWORD, stormUser, writeStormRealm } from './storm-realm.ts';

const SECRET = 'a-secret-of-the-benchmark';
const CHANNEL = '#changed';
const WEBHOOK = `
[services.webhook]
listen = [{ host = "127.0.0.1", port = 0 }]
secret = "${SECRET}"
`;

/** An event, as the extension sends it. */
interface Told {
  readonly resourceType: string;
  readonly operationType: string;
  readonly resourcePath: string;
  readonly representation?: string;
}

/** Somebody who is logged in, and on the channel. */
interface Person {
  readonly client: LineClient;
  readonly nick: string;
  /** In Keycloak. */
  readonly id: string;
}

/** One kind of change. */
interface Change {
  readonly name: string;
  /** Changes it; what the extension tells of it. */
  make(keycloak: KeycloakClient, person: Person): Promise<Told>;
  /** What others on the channel read when it has acted. */
  readonly seen: (person: Person) => RegExp;
}

export interface KeycloakChanges {
  readonly name: 'changes';
  readonly figures: Figures;
}

const LOGGED_OUT = ({ nick }: Person) => new RegExp(`^:${nick}!\\S+ ACCOUNT :?\\*`);

const CHANGES: readonly Change[] = [
  {
    name: 'user disabled, logged out',
    seen: LOGGED_OUT,
    async make(keycloak, { id }) {
      await keycloak.users.update(id, { enabled: false });
      return userTold(id, 'UPDATE', '{"enabled":false}');
    },
  },
  {
    name: 'sessions ended, logged out',
    seen: LOGGED_OUT,
    async make(keycloak, { id }) {
      await keycloak.users.endSessions(id);
      return { ...userTold(id, 'ACTION'), resourcePath: `users/${id}/logout` };
    },
  },
  {
    name: 'user deleted, logged out',
    seen: LOGGED_OUT,
    async make(keycloak, { id }) {
      await keycloak.users.delete(id);
      return userTold(id, 'DELETE');
    },
  },
];

const GROUP = ['irc-channels', CHANNEL];

const IN_GROUP: Change = {
  name: 'put into the group of a channel, voiced',
  seen: ({ nick }) => new RegExp(` MODE ${CHANNEL} \\+v ${nick}\\b`),
  async make(keycloak, { id }) {
    const group = await keycloak.groups.atPath(GROUP);
    await keycloak.users.join(id, group!.id);
    return {
      resourceType: 'GROUP_MEMBERSHIP',
      operationType: 'CREATE',
      resourcePath: `users/${id}/groups/${group!.id}`,
      representation: JSON.stringify({ id: group!.id, name: CHANNEL, path: `/${GROUP.join('/')}` }),
    };
  },
};

/** Makes the channel somebody's, and waits until Keycloak has a group for it. */
async function founder(port: number, number: number, keycloak: KeycloakClient): Promise<Person> {
  const person = await loggedIn(port, number, keycloak);
  person.client.send(`CHANNEL REGISTER ${CHANNEL}`);
  while ((await keycloak.groups.atPath(GROUP)) === null) await sleep(20);
  return person;
}

function userTold(id: string, operationType: string, representation?: string): Told {
  const told = { resourceType: 'USER', operationType, resourcePath: `users/${id}` };
  return representation === undefined ? told : { ...told, representation };
}

/** Each kind so often. @param folder exists and is empty */
export async function keycloakChanges(rounds: number, folder: string): Promise<KeycloakChanges> {
  const home = keycloakHome('What changes in Keycloak is');
  if (home === null) throw new Error('Keycloak cannot be run here');
  const realm = join(folder, 'realm.json');
  const changes = [...CHANGES, IN_GROUP];
  await writeStormRealm(realm, changes.length * rounds + 1);
  const real = await RealKeycloak.start(home, realm);
  const keycloak = keycloakClient(real.origin);
  const figures: Figures = {};
  try {
    const host = await servicesHost(join(folder, 'data'), keycloakToml(real.origin) + WEBHOOK);
    try {
      const port = await host.portOf('services', 'http');
      let next = 0;
      const owner = await founder(host.ircPort!, next++, keycloak);
      for (const change of changes) {
        const times: number[] = [];
        for (let round = 0; round < rounds; round++) {
          const person = await loggedIn(host.ircPort!, next++, keycloak);
          times.push(await seenAfter(change, { person, observer: owner.client }, keycloak, port));
          person.client.close();
        }
        figures[`${change.name} median ms`] = median(times);
        figures[`${change.name} max ms`] = Math.max(...times);
      }
      owner.client.close();
    } finally {
      await host.stop();
    }
  } finally {
    await keycloak.close();
    real.close();
  }
  return { name: 'changes', figures };
}

async function loggedIn(port: number, number: number, keycloak: KeycloakClient): Promise<Person> {
  const nick = `c${number}`;
  const client = new LineClient(port, `127.2.1.${number + 1}`);
  client.send('CAP REQ :account-notify', 'CAP END');
  await client.register(nick);
  client.send(`PRIVMSG AuthServ :AUTH ${stormUser(number)} ${STORM_PASSWORD}`);
  await client.waitFor('logged in to');
  client.send(`JOIN ${CHANNEL}`);
  await client.waitFor(' 366 ');
  const user = await keycloak.users.find(stormUser(number));
  return { client, nick, id: user!.id };
}

/** Milliseconds from when Keycloak has done it until somebody else on the channel has read what came of it. */
async function seenAfter(
  change: Change,
  { person, observer }: { readonly person: Person; readonly observer: LineClient },
  keycloak: KeycloakClient,
  port: number,
): Promise<number> {
  const pattern = change.seen(person);
  const told = await change.make(keycloak, person);
  const begun = performance.now();
  const seen = new Promise<number>((resolve, reject) => {
    observer.onLine = (line) => {
      if (pattern.test(line)) resolve(performance.now() - begun);
    };
    void observer.closed.then((why) => reject(new Error(why)));
  });
  const { status } = await fetch(`http://127.0.0.1:${port}/keycloak-webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-webhook-secret': SECRET },
    body: JSON.stringify({ id: randomUUID(), time: Date.now(), ...told }),
  });
  if (status !== 204) throw new Error(`the webhook answered ${status}`);
  return await seen;
}
