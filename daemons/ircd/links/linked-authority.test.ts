/** Services of our own and of another make on one network: whom clients are logged in by, and what they are offered. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountArgs, AccountQuestion, AccountResult } from '../../../contract/accounts.ts';
import type { SaslLine } from '../../irc/p10/sasl-line.ts';
import type { AuthorityEvents } from '../accounts/authority.ts';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { ircdConfigSchema } from '../config.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { Server } from '../state/server.ts';
import { LinkedAuthority, type LoginAuthority } from './linked-authority.ts';

const SAID: SaslLine = { target: 'AB', home: 'AB', session: '1', step: 'D', data: 'S', more: undefined };
const CHANNEL = { channel: '#ours', founder: 'ann', createdAt: 1_000, registeredAt: 2_000, access: [] };

/** Notes what servers say. */
class Own extends MemoryAuthority {
  readonly heard: unknown[] = [];
  hear(_from: Server, word: string, piece: string): void {
    this.heard.push([word, piece]);
  }
  serversChanged(): void {
    this.heard.push('servers');
  }
}

class Elsewhere extends MemoryAuthority implements LoginAuthority {
  readonly mechanisms = ['PLAIN', 'OAUTHBEARER'];
  readonly heard: unknown[] = [];
  readonly #begun = new Set<string>();

  override ask<Name extends AccountQuestion>(
    name: Name,
    args: AccountArgs<Name>,
  ): Promise<AccountResult<Name>> {
    if (name === 'saslStart') this.#begun.add((args as AccountArgs<'saslStart'>).session);
    else if ('session' in args) this.#begun.delete(args.session);
    return super.ask(name, args);
  }
  holds(session: string): boolean {
    return this.#begun.has(session);
  }
  hearSasl(_from: Server, said: SaslLine): void {
    this.heard.push(said);
  }
  serversChanged(): void {
    this.heard.push('servers');
  }
}

let own: Own;
let elsewhere: Elsewhere;
let authority: LinkedAuthority;
let irc: MemoryServer;

beforeEach(() => {
  own = new Own({ ann: 'sesame' });
  elsewhere = new Elsewhere({ carol: 'hunter22' });
  own.present = false;
  elsewhere.present = false;
  authority = new LinkedAuthority(own, elsewhere);
  const config = ircdConfigSchema.parse({
    server_name: 'irc.test',
    accounts: { authority: 'services', nick_protection: 'off' },
  });
  irc = new MemoryServer(config, null, undefined, authority);
});
afterEach(() => irc.close());

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function say(client: MemoryClient, ...lines: string[]): Promise<string> {
  const answer = client.send(...lines);
  do await settled();
  while (client.client?.waiting != null);
  return [...answer, ...client.received()].join('\n');
}

const names = ({ asked }: MemoryAuthority) => asked.map(({ name }) => name);
const plain = (account: string, password: string) =>
  `AUTHENTICATE ${Buffer.from(`\0${account}\0${password}`).toString('base64')}`;

describe('services of our own and of another make', () => {
  it('are offered as they come and go: everything by our own, logins alone by others', async () => {
    const client = irc.connect();
    expect(await say(client, 'CAP LS 302')).not.toMatch(/sasl|account-registration/);
    elsewhere.present = true;
    const alone = await say(client);
    expect(alone).toContain('CAP * NEW :sasl=PLAIN,OAUTHBEARER');
    expect(alone).not.toContain('account-registration');
    own.present = true;
    const both = await say(client);
    expect(both).toContain('sasl=PLAIN,EXTERNAL,SCRAM-SHA-256');
    expect(both).toContain('draft/account-registration');
    own.present = false;
    const left = await say(client);
    expect(left).toContain('CAP * DEL :draft/account-registration');
    expect(left).toContain('CAP * NEW :sasl=PLAIN,OAUTHBEARER');
    elsewhere.present = false;
    expect(await say(client)).toContain('CAP * DEL :sasl');
  });

  it('a login goes on where it began, and the next one begins with our own', async () => {
    elsewhere.present = true;
    const client = irc.connect();
    await say(client, 'CAP REQ :sasl', 'NICK carol', 'USER carol 0 * :Carol', 'AUTHENTICATE PLAIN');
    own.present = true;
    expect(await say(client, plain('carol', 'hunter22'))).toContain(' 903 carol ');
    await say(client, 'AUTHENTICATE PLAIN');
    expect(await say(client, plain('ann', 'sesame'))).toContain(' 903 carol ');
    expect([names(elsewhere), names(own)]).toEqual([
      ['saslStart', 'saslData'],
      ['saslStart', 'saslData'],
    ]);
    // Of one session there is one login: what was under way elsewhere is over.
    const origin = { address: '192.0.2.1', fingerprint: null };
    own.present = false;
    await authority.ask('saslStart', { session: 's', mechanism: 'PLAIN', origin });
    own.present = true;
    await authority.ask('saslStart', { session: 's', mechanism: 'PLAIN', origin });
    expect(names(elsewhere).at(-1)).toBe('saslAbort');
    await authority.ask('saslAbort', { session: 's' });
    expect(names(own).slice(-2)).toEqual(['saslStart', 'saslAbort']);
  });

  it('whose channels are is known from our own, and stays so while only others are there', async () => {
    own.own(CHANNEL);
    own.present = true;
    await settled();
    const { channels } = irc.server.accounts;
    expect(channels.of('#ours')?.founder).toBe('ann');
    elsewhere.present = true;
    own.present = false;
    await settled();
    expect(channels.of('#ours')?.founder).toBe('ann');
    await expect(authority.ask('show', { account: 'ann' })).rejects.toMatchObject({ code: 'not_found' });
    expect(names(elsewhere)).toEqual(['show']);
    elsewhere.present = false;
    await expect(authority.ask('show', { account: 'ann' })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('hear what is meant for them, and news come from our own alone', () => {
    const news: unknown[] = [];
    const events: AuthorityEvents = { onPresence: () => {}, onNews: (one) => news.push(one) };
    authority.listen(events);
    const from = new Server('services.test', '', 'AF');
    authority.hear(from, 'word', 'piece');
    authority.hearSasl(from, SAID);
    authority.serversChanged();
    expect([own.heard, elsewhere.heard]).toEqual([
      [['word', 'piece'], 'servers'],
      [SAID, 'servers'],
    ]);
    own.tell({ kind: 'channelGone', channel: '#ours' });
    elsewhere.tell({ kind: 'channelGone', channel: '#theirs' });
    expect(news).toEqual([{ kind: 'channelGone', channel: '#ours' }]);
    authority.close();
    expect([own.closed, elsewhere.closed]).toEqual([true, true]);
  });
});
