/** For tests: the webhook of services over a database in memory, and the requests that a Keycloak has really sent. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { KeycloakLinks } from '../store/keycloak-links.ts';
import { TestNetwork } from '../test-network.ts';
import type { Look } from './account-changes.ts';
import { WebhookDesk } from './webhook-desk.ts';
import { WebhookProof } from './webhook-proof.ts';

/** Of the requests in the file. */
export const SECRET = 'hush';
/** The user that they are about. */
export const HOOK = 'cbaaa942-6581-4ea0-9e16-1cc50325d08d';

/** Every request of `keycloak-events.txt`, as it was sent: head and body. */
export const REQUESTS: readonly { readonly head: string; readonly body: string }[] = readFileSync(
  join(import.meta.dirname, 'test-fixtures/keycloak-events.txt'),
  'utf8',
)
  .split(/^(?=POST )/m)
  .map((request) => {
    const [head = '', body = ''] = request.split('\n\n');
    return { head, body: body.trimEnd() };
  });

/** What a request is on the wire. @param headers instead of those that Keycloak's would have */
export function wire({ head, body }: (typeof REQUESTS)[number], headers?: string): string {
  const lines = (headers ?? head.split('\n').slice(1).join('\n'))
    .split('\n')
    .filter((line) => line !== '' && !/^content-length/i.test(line));
  return [
    'POST /keycloak-webhook HTTP/1.1',
    ...(/^host:/im.test(lines.join('\n')) ? [] : ['Host: test']),
    ...lines,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

export class TestWebhook {
  readonly network: TestNetwork;
  readonly desk: WebhookDesk;
  readonly links: KeycloakLinks;
  readonly looked: Look[] = [];
  readonly forgotten: string[] = [];

  constructor(network: TestNetwork) {
    this.network = network;
    const { database, writes, clock, services, logged } = network;
    this.links = new KeycloakLinks(database, () => clock.now());
    this.desk = new WebhookDesk({
      database,
      writes,
      clock,
      store: services.keeper.store,
      links: this.links,
      forget: ({ userId, username }) => this.forgotten.push(`${userId} ${username}`),
      keepOut: (account, by, reason) => services.keeper.changes.keepOut(account, by, reason),
      logOut: (account) => services.logOut(account),
      look: async (at) => {
        this.looked.push(at);
        return 'looked';
      },
      onAnswer: () => {},
      log: (level, event, message) => logged.push(`${level} ${event} ${message}`),
    });
  }

  static async start(): Promise<TestWebhook> {
    const test = new TestWebhook(await TestNetwork.start());
    const listen = [{ host: '127.0.0.1', port: 0 }];
    await test.desk.open({ listen, path: '/keycloak-webhook', proof: new WebhookProof(SECRET) });
    return test;
  }

  /** Sends one request after the other over one connection, each when the one before is answered; the status of each answer. */
  send(...texts: readonly string[]): Promise<string[]> {
    const { host, port } = this.desk.door.infos[0]!;
    return new Promise((resolve, reject) => {
      let heard = '';
      const statuses = () => [...heard.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status!);
      const socket = connect(port, host, () => socket.write(texts[0]!));
      socket.setEncoding('utf8');
      socket.on('data', (chunk: string) => {
        heard += chunk;
        const next = texts[statuses().length];
        if (next === undefined) socket.destroy();
        else socket.write(next);
      });
      socket.once('error', reject);
      socket.once('close', () => resolve(statuses()));
    });
  }

  /** Resolves when every event was acted upon, or waits for its next try. */
  async acted(): Promise<void> {
    for (let turn = 0; turn < 8; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.network.clock.advance(0);
    }
  }

  close(): void {
    this.desk.close();
    this.network.close();
  }
}
