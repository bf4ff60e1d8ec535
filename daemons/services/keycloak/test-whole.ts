/**
 * For tests: what people on IRC see of a Keycloak, with the IRC server and services as processes of their own. `real-keycloak.test.ts`
 * has the Keycloak.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultProxy } from '../../runtime/test-fixtures/fault-proxy.ts';
import { CLIENTS, clientsLogIn } from '../test-client-logins.ts';
import { type AdminEvent, TestSignalbox } from '../test-signalbox.ts';
import type { KeycloakClient } from './keycloak-client.ts';

/** @param keycloak where it is, and who administers it */
export function wholeCases(
  keycloak: () => { readonly origin: string; readonly client: KeycloakClient },
): void {
  describe('and the whole of Signalbox', () => {
    let whole: TestSignalbox;
    /** Before Keycloak, so that it can be away for services alone. */
    let way: FaultProxy;
    let client: KeycloakClient;

    beforeAll(async () => {
      const { origin, client: administrator } = keycloak();
      client = administrator;
      way = await FaultProxy.start(origin);
      whole = await TestSignalbox.start(`
[services.keycloak]
url = "${way.origin}"
realm = "irc"
client_id = "signalbox"
client_secret = "signalbox-secret"
`);
    });
    afterAll(async () => {
      await whole?.close();
      await way?.stop();
    });

    /** Who may log in with `NAME-horse`; their id in Keycloak. */
    const person = (name: string) =>
      client.users.create({
        username: name,
        email: `${name}@example.net`,
        password: { value: `${name}-horse` },
      });

    const told = (id: string, operationType: string, representation: object = {}) =>
      whole.tell({ resourceType: 'USER', operationType, resourcePath: `users/${id}`, representation });

    const membership = (operationType: string, user: string, { id, path }: { id: string; path: string }) =>
      whole.tell({
        resourceType: 'GROUP_MEMBERSHIP',
        operationType,
        resourcePath: `users/${user}/groups/${id}`,
        representation: { id, name: path.split('/').at(-1), path },
      } satisfies AdminEvent);

    /** What a person at the window is shown from the row of a client: both processes, and Keycloak. */
    const login = async (nick: string) => {
      type Steps = { readonly rows: readonly { readonly what: string; readonly where: string }[] };
      const { rows } = await whole.run<Steps>('ircd', 'login', { client: nick });
      return rows.map(({ what, where }) => `${where}: ${what}`);
    };

    const account = (name: string) => whole.run('services', 'account', { account: name });

    it('lets its people in by SASL and by AUTH, tells the whole of such a login, and has those who register', async () => {
      await person('kara');
      const kara = await whole.connect('kara');
      expect(await kara.plain('kara', 'wrong-horse')).toBe('904');
      expect(await kara.plain('kara', 'kara-horse')).toBe('903');
      kara.send('CAP END');
      await kara.hears(/ 001 /);
      expect(await login('kara')).toEqual(
        expect.arrayContaining([
          'ircd: connected',
          'ircd: message of the client',
          'services: Keycloak asked',
          'services: kept in the database',
          'ircd: account stamped',
          'ircd: logged in to kara',
        ]),
      );
      const guest = await whole.enter('guest');
      expect(await guest.asks('AuthServ', 'AUTH kara kara-horse')).toBe(
        'You are logged in to the account kara.',
      );
      expect(await login('guest')).toEqual(
        expect.arrayContaining([
          'ircd: connected',
          'services: AUTH',
          'services: known from a login before',
          'services: account stamped',
          'services: logged in to kara',
        ]),
      );
      const newcomer = await whole.enter('newcomer');
      expect(await newcomer.asks('AuthServ', 'REGISTER newcomer new-horse newcomer@example.net')).toBe(
        'The account newcomer is yours.',
      );
      expect(await client.users.find('newcomer')).toMatchObject({ email: 'newcomer@example.net' });
      expect(await client.signIn.grant('newcomer', 'new-horse')).toMatchObject({ kind: 'granted' });
    });

    it('has those who are disabled there no longer logged in, and lets them in once they are not', async () => {
      const watching = await whole.enter('watching');
      // Who has registered here is known to own the account while Keycloak refuses them.
      const lena = await whole.enter('lena');
      expect(await lena.asks('AuthServ', 'REGISTER lena lena-horse lena@example.net')).toContain('yours');
      const { id } = (await client.users.find('lena'))!;
      const other = await whole.enter('lena2');
      expect(await other.plain('lena', 'lena-horse')).toBe('903');
      for (const one of [watching, lena, other]) {
        one.send('JOIN #all');
        await one.hears(/ 366 /);
      }
      await client.users.update(id, { enabled: false });
      await told(id, 'UPDATE', { enabled: false });
      const out = [await watching.hears(/ ACCOUNT \*$/), await watching.hears(/ ACCOUNT \*$/)];
      expect(out.map((line) => /^:(\w+)!/.exec(line)![1]).sort()).toEqual(['lena', 'lena2']);
      expect(await account('lena')).toMatchObject({ online: 0, suspended: true, suspendedBy: 'Keycloak' });
      expect(await lena.plain('lena', 'lena-horse')).toBe('902');
      expect(await other.asks('AuthServ', 'AUTH lena lena-horse')).toContain('The account is suspended.');
      await client.users.update(id, { enabled: true });
      await told(id, 'UPDATE', { enabled: true });
      await expect.poll(() => account('lena')).toMatchObject({ suspended: false });
      expect(await lena.plain('lena', 'lena-horse')).toBe('903');
      // Who is deleted there is no longer logged in either.
      await client.users.delete(id);
      await told(id, 'DELETE', { id, username: 'lena' });
      expect(await watching.hears(/ ACCOUNT \*$/)).toMatch(/^:lena!/);
    });

    it('gives and takes levels of operators, and access to channels, as groups say', async () => {
      const id = await person('mona');
      const mona = await whole.enter('mona');
      expect(await mona.plain('mona', 'mona-horse')).toBe('903');
      const opers = { id: (await client.groups.findTop('opers'))!.id, path: '/opers' };
      await client.users.update(id, { attributes: { x3_opserv_level: ['200'] } });
      await client.users.join(id, opers.id);
      await membership('CREATE', id, opers);
      await expect.poll(() => account('mona')).toMatchObject({ level: 200 });
      await client.users.leave(id, opers.id);
      await membership('DELETE', id, opers);
      await expect.poll(() => account('mona')).toMatchObject({ level: 0 });

      const owner = await whole.enter('owner');
      expect(await owner.asks('AuthServ', 'REGISTER owner owner-horse owner@example.net')).toContain('yours');
      owner.send('JOIN #tea');
      await owner.hears(/ 366 /);
      owner.send('CHANNEL REGISTER #tea');
      await expect.poll(() => client.groups.atPath(['irc-channels', '#tea'])).not.toBeNull();
      mona.send('JOIN #tea');
      await mona.hears(/ 366 /);
      const tea = {
        id: (await client.groups.atPath(['irc-channels', '#tea']))!.id,
        path: '/irc-channels/#tea',
      };
      await client.users.join(id, tea.id);
      await membership('CREATE', id, tea);
      await owner.hears(/ MODE #tea \+v mona\b/);
      const access = () => whole.run('services', 'channel-access', { channel: '#tea' });
      expect(await access()).toMatchObject({ rows: [{ account: 'owner' }, { account: 'mona', level: 1 }] });
      await client.users.leave(id, tea.id);
      await membership('DELETE', id, tea);
      await expect.poll(access).toMatchObject({ rows: [{ account: 'owner' }] });
    });

    it.runIf(CLIENTS.length > 0)('lets WeeChat and irssi in by every mechanism that they know', () =>
      clientsLogIn(whole),
    );

    it('that is away: who was there before logs in, also with services that have forgotten, and others are told at once', async () => {
      await person('olga');
      // Of who has registered here something is kept at once, and of others behind a login, when nobody else logs in.
      const nora = await whole.enter('nora');
      expect(await nora.asks('AuthServ', 'REGISTER nora nora-horse nora@example.net')).toContain('yours');
      await way.stop();
      // Nothing is remembered of logins then but what is in the store.
      await whole.ask('daemon.restart', { id: 'services', confirmed: true });
      const later = await whole.connect('nora2');
      // They run before they are linked again.
      await expect.poll(() => later.plain('nora', 'nora-horse')).toBe('903');
      const stranger = await whole.connect('stranger');
      expect(await stranger.plain('nora', 'wrong-horse')).toBe('904');
      later.send('CAP END');
      await later.hears(/ 001 /);
      const olga = await whole.enter('olga');
      expect(await olga.asks('AuthServ', 'AUTH olga olga-horse')).toBe(
        'The login service is unavailable. Try again later.',
      );
      expect(await olga.asks('AuthServ', 'REGISTER peggy peggy-horse peggy@example.net')).not.toContain(
        'yours',
      );
      await way.listen();
      await whole.run('services', 'reset-breaker');
      expect(await olga.asks('AuthServ', 'AUTH olga olga-horse')).toContain('logged in to the account olga');
    });
  });
}
