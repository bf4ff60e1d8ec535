/** Logging in by way of a link, both ways: with services behind it, and of clients of other servers with the accounts here. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { limits } from '../limits.ts';
import type { MemoryClient } from '../memory-server.ts';
import type { Server } from '../state/server.ts';
import type { LinkBlock } from './link-block.ts';
import { LinkedServer, linkLines, type MemoryEnd, settle, Wire } from './memory-links.ts';
import { SaslAuthority } from './sasl-authority.ts';

let clock: FakeClock;
let here: LinkedServer;
const servers: LinkedServer[] = [];

function server(name: string, numeric: number): LinkedServer {
  const made = new LinkedServer(name, numeric, clock);
  servers.push(made);
  return made;
}

beforeEach(() => {
  clock = new FakeClock();
  here = server('here.test', 1);
});
afterEach(() => {
  for (const each of servers.splice(0)) each.close();
});

/** The server asks services. @param name of those that it is to ask */
function useServices(asking: LinkedServer, name: string | null = null): void {
  const { network, state } = asking;
  const route = () => ({
    me: state.me.numeric,
    servers: state.servers.values(),
    send: (to: Server, line: string) => {
      const link = network.linkTo(to);
      link?.send(line);
      return link !== undefined;
    },
  });
  asking.irc.server.accounts.use(new SaslAuthority({ route, name: () => name, clock, log: () => {} }));
  asking.irc.server.accounts.authority.serversChanged!();
}

/** A peer that is only lines. */
function peer(
  name: string,
  numeric: string,
  flags: string,
  kind: LinkBlock['kind'] = 'nefarious',
): MemoryEnd {
  const end = linkLines(here, { name, numeric, flags, kind });
  end.take();
  return end;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function said(client: MemoryClient, ...lines: string[]): Promise<string[]> {
  const answer = client.send(...lines);
  await turn();
  return [...answer, ...client.received()];
}

/** A client that is about to log in, as capable as any. */
function newcomer(at: LinkedServer): MemoryClient {
  const client = at.irc.connect();
  client.send('CAP LS 302', 'CAP REQ :sasl', 'NICK carol', 'USER carol 0 * :Carol');
  client.received();
  return client;
}

const plain = (account: string, password: string) =>
  Buffer.from(`\0${account}\0${password}`).toString('base64');

/** `SASL` as it was sent, with what the exchange is called. */
function exchange(lines: readonly string[]): { readonly token: string; readonly steps: string[] } {
  const sasl = lines.filter((line) => line.includes(' SASL '));
  const token = sasl[0]?.split(' ')[3] ?? '';
  return { token, steps: sasl.map((line) => line.replace(` ${token} `, ' TOKEN ')) };
}

describe('with services behind a link', () => {
  it('a client logs in as X3 and Nefarious say it, and is introduced with the account and its age', async () => {
    useServices(here);
    const early = here.irc.connect();
    expect(early.send('CAP LS 302').join()).not.toContain('sasl');
    const services = peer('services.test', 'DH', 's6');
    expect(early.received().join()).toContain('CAP * NEW :sasl=PLAIN,EXTERNAL,SCRAM-SHA-256,OAUTHBEARER');
    const carol = newcomer(here);
    await said(carol, 'AUTHENTICATE PLAIN');
    const begun = exchange(services.take());
    expect(begun.token).toMatch(/^AB!\d+\.\d+$/);
    expect(begun.steps).toEqual([
      'AB SASL DH TOKEN S :PLAIN',
      'AB SASL DH TOKEN H :unknown@192.0.2.1:192.0.2.1',
    ]);
    services.link!.take(`DH SASL AB ${begun.token} C +`);
    await turn();
    expect(carol.received()).toEqual(['AUTHENTICATE +']);
    await said(carol, `AUTHENTICATE ${plain('carol', 'secret3')}`);
    expect(exchange(services.take()).steps).toEqual([`AB SASL DH TOKEN C :${plain('carol', 'secret3')}`]);
    services.link!.take(`DH SASL AB ${begun.token} L carol 1795854642`);
    services.link!.take(`DH SASL AB ${begun.token} D S`);
    await turn();
    expect(carol.received()).toEqual([
      ':here.test 900 carol carol!carol@192.0.2.1 carol :You are now logged in as carol',
      ':here.test 903 carol :SASL authentication successful',
    ]);
    carol.send('CAP END');
    expect(services.take().join('\n')).toMatch(/^AB N carol 1 \d+ ~carol 192\.0\.2\.1 \+r carol:1795854642 /);
    // Once registered they may do it again, and others hear of it by a stamp.
    await said(carol, 'AUTHENTICATE PLAIN');
    const { token } = exchange(services.take());
    services.link!.take(`DH SASL AB ${token} L caroline 1795854700`);
    services.link!.take(`DH SASL AB ${token} D S`);
    await turn();
    expect(services.take()).toEqual(['AB AC ABAAA M caroline 1795854700']);
  });

  it('a client is refused, gives up, gets no answer, or is left alone by services that go', async () => {
    useServices(here);
    const services = peer('services.test', 'DH', 's6');
    const carol = newcomer(here);
    const begin = async (mechanism = 'PLAIN') => {
      await said(carol, `AUTHENTICATE ${mechanism}`);
      return exchange(services.take()).token;
    };
    const failed = ':here.test 904 carol :SASL authentication failed';
    const refused = await begin();
    services.link!.take(`DH SASL AB ${refused} D F`);
    await turn();
    expect(carol.received()).toEqual([failed]);

    const abandoned = await begin();
    services.link!.take(`DH SASL AB ${abandoned} C +`);
    await turn();
    carol.received();
    expect(await said(carol, 'AUTHENTICATE *')).toEqual([
      ':here.test 906 carol :SASL authentication aborted',
    ]);
    expect(services.take()).toEqual([`AB SASL DH ${abandoned} D :A`]);
    // What comes too late, from somebody else, or of another exchange changes nothing.
    const other = peer('other.test', 'DI', 's6');
    for (const line of [`DH SASL AB ${abandoned} L eve 5`, `DH SASL AB ${abandoned} D S`])
      services.link!.take(line);
    const silent = await begin();
    // The same client has begun again since, and what is not for it to hear is no answer.
    for (const line of [`${abandoned} D F`, `${silent} S :PLAIN`, `${silent} H :unknown@192.0.2.1:192.0.2.1`])
      services.link!.take(`DH SASL AB ${line}`);
    await turn();
    expect(carol.received()).toEqual([]);
    for (const line of [`DI SASL AB ${silent} L eve 5`, `DI SASL AB ${silent} D S`]) other.link!.take(line);
    await turn();
    expect([carol.received(), here.irc.server.state.users.size]).toEqual([[], 0]);

    await clock.advance(limits.saslServicesMs.default);
    await turn();
    expect(carol.received().join()).toContain(
      ' 904 carol :SASL authentication failed: accounts cannot be asked',
    );
    expect(services.take()).toContain(`AB SASL DH ${silent} D :A`);

    services.link!.take('DH SASL AB * M :PLAIN,EXTERNAL');
    const told = await begin();
    services.link!.take(`DH SASL AB ${told} M :PLAIN`);
    services.link!.take(`DH SASL AB ${told} D F`);
    await turn();
    expect(carol.received()).toEqual([failed]);
    expect(await said(carol, 'AUTHENTICATE EXTERNAL')).toEqual([
      ':here.test 908 carol PLAIN :are available SASL mechanisms',
      failed,
    ]);

    await begin();
    other.link!.take('DI SQ other.test 0 :bye');
    services.link!.take('DH SQ services.test 0 :bye');
    await turn();
    expect(carol.received().join('\n')).toContain(
      ' 904 carol :SASL authentication failed: accounts cannot be asked',
    );
    expect((await said(carol, 'AUTHENTICATE PLAIN')).join()).toContain(' 904 carol ');
  });

  it.each([
    ['L carol 1795854642', ' +r carol:1795854642 '],
    ['L carol 0', ' +r carol '],
    ['L :carol', ' +r carol '],
    ['L carol x5', ' +r carol '],
    ['L carol 5x', ' +r carol '],
    ['L carol 17958546420', ' +r carol '],
  ])('an account is as old as services say, where that is a time: %s', async (login, shown) => {
    useServices(here);
    const services = peer('services.test', 'DH', 's6');
    const carol = newcomer(here);
    await said(carol, 'AUTHENTICATE PLAIN');
    const { token } = exchange(services.take());
    for (const step of [login, 'D S']) services.link!.take(`DH SASL AB ${token} ${step}`);
    await turn();
    carol.send('CAP END');
    expect(services.take().join('\n')).toContain(shown);
  });

  it.each(['L a:b', `L ${'a'.repeat(65)}`, 'L :a b'])(
    'a login by no name of an account is none: %s',
    async (named) => {
      useServices(here);
      const services = peer('services.test', 'DH', 's6');
      const carol = newcomer(here);
      await said(carol, 'AUTHENTICATE PLAIN');
      const { token } = exchange(services.take());
      for (const step of [named, 'D S']) services.link!.take(`DH SASL AB ${token} ${step}`);
      await turn();
      expect(carol.received()).toEqual([':here.test 904 carol :SASL authentication failed']);
    },
  );

  it('the address of a client of IPv6 stands in brackets behind its name', async () => {
    useServices(here);
    const services = peer('services.test', 'DH', 's6');
    const carol = here.irc.connect('2001:db8::7');
    carol.send('CAP REQ :sasl', 'NICK carol', 'USER carol 0 * :Carol');
    await said(carol, 'AUTHENTICATE PLAIN');
    expect(exchange(services.take()).steps).toContain(
      'AB SASL DH TOKEN H :unknown@[2001:db8::7]:2001:db8::7',
    );
  });

  it('whoever asks for more is told what is not known here', async () => {
    useServices(here);
    const { authority } = here.irc.server.accounts;
    const start = () =>
      authority.ask('saslStart', {
        session: '1',
        mechanism: 'PLAIN',
        origin: { address: '192.0.2.1', fingerprint: null },
      });
    const codes = (asked: readonly Promise<unknown>[]) =>
      Promise.all(asked.map((one) => one.catch(({ code, message }) => `${code}: ${message}`)));
    expect(await codes([start(), authority.ask('saslData', { session: '1', data: 'YQ==' })])).toEqual([
      'unavailable: Services are not linked.',
      'unavailable: Services wait for nothing of this client.',
    ]);
    expect(await authority.ask('channels', { after: '' })).toEqual({ rows: [], next: null });
    expect(await authority.ask('nickOwners', { nicks: ['a', 'b'] })).toEqual({ owners: [null, null] });
    expect(await codes([authority.ask('ended', { accounts: [] })])).toEqual([
      'unavailable: Services keep the accounts: they have commands of their own.',
    ]);
    const services = peer('services.test', 'DH', 's6');
    expect([authority.configured, authority.loginOnly, authority.present]).toEqual([true, true, true]);
    const holds = () => (authority as SaslAuthority).holds('1');
    expect(holds()).toBe(false);
    const waits = start();
    expect(holds()).toBe(true);
    const early = authority.ask('saslData', { session: '1', data: 'YQ==' });
    await authority.ask('saslAbort', { session: '1' });
    const silent = start();
    const outcomes = codes([waits, early, silent]);
    await clock.advance(limits.saslServicesMs.default);
    const gone = start();
    services.link!.gone('Connection lost');
    expect([await outcomes, await codes([gone])].flat()).toEqual([
      'unavailable: The client has given up.',
      'unavailable: Services wait for nothing of this client.',
      'timeout: Services did not answer.',
      'unavailable: Services are gone.',
    ]);
  });

  it('long messages go in pieces of 400 bytes both ways', async () => {
    useServices(here);
    const services = peer('services.test', 'DH', 's6', 'auto');
    const carol = newcomer(here);
    await said(carol, 'AUTHENTICATE SCRAM-SHA-256');
    const { token } = exchange(services.take());
    const [whole, rest] = ['A'.repeat(400), 'B'.repeat(8)];
    for (const piece of [whole, rest]) services.link!.take(`DH SASL AB ${token} C :${piece}`);
    await turn();
    expect(carol.received()).toEqual([`AUTHENTICATE ${whole}`, `AUTHENTICATE ${rest}`]);
    await said(carol, `AUTHENTICATE ${whole}`);
    expect(services.take()).toEqual([]);
    await said(carol, 'AUTHENTICATE +');
    expect(exchange(services.take()).steps).toEqual([
      `AB SASL DH TOKEN C :${whole}`,
      'AB SASL DH TOKEN C :+',
    ]);
    // As long as a message may be.
    const ten = Array.from({ length: 10 }, () => whole);
    const most = limits.saslMessageBytes.default - 4_000;
    for (const piece of [...ten, 'C'.repeat(most)]) services.link!.take(`DH SASL AB ${token} C :${piece}`);
    await turn();
    expect(carol.received()).toEqual([...ten, 'C'.repeat(most)].map((piece) => `AUTHENTICATE ${piece}`));
    await said(carol, 'AUTHENTICATE YQ==');
    services.take();
    for (let i = 0; i < 20; i++) services.link!.take(`DH SASL AB ${token} C :${whole}`);
    await turn();
    expect(carol.received().join()).toContain(' 904 carol ');
    expect(services.take()).toContain(`AB SASL DH ${token} D :A`);
  });

  it('those of our own kind are not asked so, named or not: they are asked in other words', async () => {
    useServices(here);
    const ours = peer('ours.test', 'DG', 's6B', 'auto');
    const carol = newcomer(here);
    expect((await said(carol, 'AUTHENTICATE PLAIN')).join()).toContain(' 904 carol ');
    useServices(here, 'ours.test');
    expect((await said(carol, 'AUTHENTICATE PLAIN')).join()).toContain(' 904 carol ');
    expect(ours.take().filter((line) => line.includes(' SASL '))).toEqual([]);
    useServices(here);
    peer('services.test', 'DH', 's6');
    expect(here.irc.server.accounts.authority.present).toBe(true);
    // Whoever waits when somebody else is asked from then on has failed.
    await said(carol, 'AUTHENTICATE PLAIN');
    useServices(here);
    await turn();
    expect(carol.received().join()).toContain(' 904 carol ');
  });

  it('the one that is named is asked, wherever it is', async () => {
    useServices(here, 'hub.test');
    const services = peer('services.test', 'DH', 's6');
    const carol = newcomer(here);
    expect((await said(carol, 'AUTHENTICATE PLAIN')).join()).toContain(' 904 carol ');
    const hub = peer('hub.test', 'AD', 'h6');
    await said(carol, 'AUTHENTICATE PLAIN');
    expect([
      services.take().filter((line) => line.includes(' SASL ')),
      exchange(hub.take()).steps.length,
    ]).toEqual([[], 2]);
    // Nothing else about accounts can be asked there, and nothing of it is offered.
    const other = here.irc.connect();
    expect(other.send('CAP LS 302').join()).not.toContain('account-registration');
    other.send('NICK ann', 'USER ann 0 * :Ann', 'CAP END');
    expect((await said(other, 'REGISTER * * password123')).join()).toContain('FAIL REGISTER');
  });
});

describe('with the accounts of this server', () => {
  let accounts: MemoryAuthority;
  beforeEach(() => {
    accounts = new MemoryAuthority({ carol: 'secret3' });
    accounts.add('dave', 'x').prints.add('abcdef');
    here.irc.server.accounts.use(accounts);
  });

  /** What a Nefarious is answered, and what others hear of it. */
  async function heard(end: MemoryEnd, ...lines: string[]): Promise<string[]> {
    for (const line of lines) end.link!.take(line);
    await turn();
    return end.take();
  }

  it('a client of Nefarious logs in, whether it asks all or this server', async () => {
    const other = peer('other.test', 'AE', 'h6');
    const nef = peer('nef.test', 'AD', 'h6');
    other.take();
    expect(
      await heard(nef, 'AD SASL * AD!15.12 S :PLAIN', 'AD SASL * AD!15.12 H :unknown@127.0.0.1:127.0.0.1'),
    ).toEqual(['AB SASL AD AD!15.12 C :+']);
    expect(await heard(nef, `AD SASL AB AD!15.12 C :${plain('carol', 'wrong')}`)).toEqual([
      'AB SASL AD AD!15.12 D :F',
    ]);
    await heard(nef, 'AD SASL AB AD!15.13 S :plain', 'AD SASL AB AD!15.13 H :u@[::1]:2001:db8::7');
    expect(await heard(nef, `AD SASL AB AD!15.13 C :${plain('carol', 'secret3')}`)).toEqual([
      'AB SASL AD AD!15.13 L :carol',
      'AB SASL AD AD!15.13 D :S',
    ]);
    await heard(nef, 'AD SASL * AD!16.1 S EXTERNAL :ABCDEF');
    expect(await heard(nef, 'AD SASL * AD!16.1 C :+')).toContain('AB SASL AD AD!16.1 L :dave');
    expect(other.take()).toEqual([]);
    const origins = accounts.asked.flatMap(({ name, args }) => (name === 'saslStart' ? [args] : []));
    expect(origins).toEqual([
      { session: 'AD!15.12', mechanism: 'PLAIN', origin: { address: '127.0.0.1', fingerprint: null } },
      { session: 'AD!15.13', mechanism: 'PLAIN', origin: { address: '2001:db8::7', fingerprint: null } },
      { session: 'AD!16.1', mechanism: 'EXTERNAL', origin: { address: 'AD', fingerprint: 'abcdef' } },
    ]);
    expect(here.irc.server.accounts.counts).toMatchObject({ logins: 2, failures: 1 });
    // What has been answered is not given up.
    expect(accounts.asked.map(({ name }) => name)).not.toContain('saslAbort');
  });

  it('a message is as long as that of a client here, and one comes at a time', async () => {
    const nef = peer('nef.test', 'AD', 'h6');
    const whole = Array.from({ length: 10 }, () => `AD SASL * AD!1.1 C :${'A'.repeat(400)}`);
    const most = limits.saslMessageBytes.default - 4_000;
    await heard(nef, 'AD SASL * AD!1.1 S :PLAIN', ...whole);
    await heard(nef, `AD SASL * AD!1.1 C :${'A'.repeat(most)}`);
    expect(accounts.asked.map(({ name }) => name)).toEqual(['saslStart', 'saslData']);
    accounts.asked.length = 0;
    await heard(nef, 'AD SASL * AD!1.1 S :PLAIN', ...whole);
    expect(await heard(nef, `AD SASL * AD!1.1 C :${'A'.repeat(most + 1)}`)).toEqual([
      'AB SASL AD AD!1.1 D :F',
    ]);
    expect(accounts.asked).toEqual([]);
    accounts.override.saslData = () => ({ kind: 'challenge', data: 'Yg==' });
    await heard(nef, 'AD SASL * AD!1.2 S :SCRAM-SHA-256');
    expect(await heard(nef, 'AD SASL * AD!1.2 C :YQ==')).toEqual(['AB SASL AD AD!1.2 C :Yg==']);
    expect(await heard(nef, 'AD SASL * AD!1.2 C :YQ==', 'AD SASL * AD!1.2 C :YQ==')).toEqual([
      'AB SASL AD AD!1.2 D :F',
    ]);
    // Whoever knows the accounts hears that it is given up.
    expect(accounts.asked.map(({ name }) => name)).toEqual([
      'saslStart',
      'saslData',
      'saslData',
      'saslAbort',
    ]);
    expect(accounts.asked.at(-1)?.args).toEqual({ session: 'AD!1.2' });
  });

  it('nothing is answered to lies, to what was given up, or after a while; what is not known is refused', async () => {
    const nef = peer('nef.test', 'AD', 'h6');
    expect(await heard(nef, 'AD SASL * AD!15.12 S :DIGEST-MD5')).toEqual([
      'AB SASL AD AD!15.12 M :PLAIN,EXTERNAL,SCRAM-SHA-256',
      'AB SASL AD AD!15.12 D :F',
    ]);
    expect(
      await heard(
        nef,
        'AD SASL * AE!15.12 S :PLAIN',
        `AD SASL * AD!${'9'.repeat(70)} S :PLAIN`,
        'AD SASL * AD!1.1 C :+',
      ),
    ).toEqual([]);
    await heard(nef, 'AD SASL * AD!15.12 S :PLAIN', 'AD SASL * AD!15.12 D :A');
    expect(await heard(nef, `AD SASL * AD!15.12 C :${plain('carol', 'secret3')}`)).toEqual([]);
    await heard(nef, 'AD SASL * AD!15.13 S :PLAIN');
    await clock.advance(limits.saslClientMs.default);
    expect(await heard(nef, `AD SASL * AD!15.13 C :${plain('carol', 'secret3')}`)).toEqual([]);
    await heard(nef, 'AD SASL * AD!15.14 S :PLAIN');
    const long = Array.from({ length: 11 }, () => `AD SASL * AD!15.14 C :${'A'.repeat(400)}`);
    expect(await heard(nef, ...long)).toEqual(['AB SASL AD AD!15.14 D :F']);
    accounts.present = false;
    expect(await heard(nef, 'AD SASL * AD!15.15 S :PLAIN')).toEqual([]);
    expect(accounts.asked).toEqual([]);
  });

  it('no more than so many are under way: the oldest has to begin again', async () => {
    const nef = peer('nef.test', 'AD', 'h6');
    const most = limits.saslLinkExchanges.default;
    await heard(nef, ...Array.from({ length: most + 1 }, (_, i) => `AD SASL * AD!${i}.1 S :PLAIN`));
    expect(await heard(nef, `AD SASL * AD!0.1 C :${plain('carol', 'secret3')}`)).toEqual([]);
    expect(await heard(nef, `AD SASL * AD!1.1 C :${plain('carol', 'secret3')}`)).toHaveLength(2);
  });

  it('a client of another Signalbox that asks this one logs in, and is known by the account on both', async () => {
    const leaf = server('leaf.test', 2);
    useServices(leaf, 'here.test');
    const wire = new Wire(leaf, here);
    settle(wire);
    const carol = newcomer(leaf);
    const both = async () => {
      for (let i = 0; i < 5; i++) {
        settle(wire);
        await turn();
      }
    };
    await said(carol, 'AUTHENTICATE PLAIN');
    await both();
    await said(carol, `AUTHENTICATE ${plain('carol', 'secret3')}`);
    await both();
    expect(carol.received().join('\n')).toContain(' 903 carol ');
    carol.send('CAP END');
    settle(wire);
    expect(here.state.findUser('carol')?.account).toBe('carol');
  });
});
