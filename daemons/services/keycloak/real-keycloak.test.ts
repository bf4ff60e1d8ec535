/**
 * The operations against a real Keycloak, and what becomes of them where it fails. It takes a processor for a quarter of a minute to
 * start, so whatever needs one is in this file; everything else runs against `test-keycloak.ts`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SignalboxError } from '../../../contract/errors.ts';
import { systemClock } from '../../../kit/clock.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { FaultProxy, type ProxyFault } from '../../runtime/test-fixtures/fault-proxy.ts';
import { keycloakHome, REALM_FILE, RealKeycloak } from '../../runtime/test-fixtures/keycloak.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { directoryOf } from '../flows/directory.ts';
import { hashForKeycloak } from '../flows/hash-tasks.ts';
import { accountSubject } from '../flows/linked-account.ts';
import { World } from '../flows/test-world.ts';
import { limits } from '../limits.ts';
import { KeycloakClient } from './keycloak-client.ts';
import type { OpenKeycloak } from './keycloak-desk.ts';
import type { KeycloakSettings } from './keycloak-settings.ts';
import { wholeCases } from './test-whole.ts';
import { TokenVerifier } from './token-verifier.ts';
import { UserDirectory } from './user-directory.ts';
import { keepsAttributes, onlyByAdministrators } from './user-operations.ts';

const home = keycloakHome('Logins by way of a real Keycloak are');

const ALICE = { username: 'alice', password: 'alice-pw' };

describe.runIf(home !== null)('a real Keycloak', () => {
  let real: RealKeycloak;
  let folder = '';
  const open: { close(): Promise<unknown> }[] = [];

  beforeAll(async () => {
    // RENAME needs a realm whose users may be called otherwise.
    const realm = { ...JSON.parse(readFileSync(REALM_FILE, 'utf8')), editUsernameAllowed: true };
    folder = mkdtempSync(join(tmpdir(), 'signalbox-realm-'));
    writeFileSync(join(folder, 'realm.json'), JSON.stringify(realm));
    real = await RealKeycloak.start(home!, join(folder, 'realm.json'));
  });
  afterAll(async () => {
    real?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  const settingsOf = (origin: string): KeycloakSettings => ({
    origin,
    basePath: '',
    realm: 'irc',
    clientId: 'signalbox',
    clientSecret: 'signalbox-secret',
    ca: null,
  });

  function connect(settings = settingsOf(real.origin), clock = new FakeClock()): KeycloakClient {
    const client = new KeycloakClient({ settings, clock, random: () => 1, onState: () => {} });
    open.push(client);
    return client;
  }

  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => 'ok',
      (error: SignalboxError) => error.code,
    );

  it('says whose a password is, and what is wrong with others', async () => {
    const client = connect();
    const { signIn, users } = client;
    const alice = await users.find('ALICE');
    expect(alice).toMatchObject({ username: 'alice', email: 'alice@example.net', enabled: true });
    expect(await signIn.grant('Alice', ALICE.password)).toMatchObject({
      kind: 'granted',
      user: alice!.id,
      username: 'alice',
      at: expect.any(Number),
    });
    expect(await signIn.grant('alice', 'wrong')).toEqual({ kind: 'wrong' });
    expect(await signIn.grant('nobody', 'wrong')).toEqual({ kind: 'wrong' });
    const id = await users.create({ username: 'bob[x]', password: { value: 'bob-pw' } });
    expect(await signIn.grant('bob[x]', 'bob-pw')).toMatchObject({ kind: 'granted', user: id });
    await users.update(id, { enabled: false });
    // Keycloak itself may take a moment to know.
    await vi.waitFor(async () =>
      expect(await signIn.grant('bob[x]', 'bob-pw')).toEqual({ kind: 'disabled' }),
    );
    expect(await signIn.grant('bob[x]', 'wrong')).toEqual({ kind: 'wrong' });
    await users.delete(id);
    const wrong = connect({ ...settingsOf(real.origin), clientSecret: 'a wrong one' });
    expect(await codeOf(wrong.signIn.grant('alice', ALICE.password))).toBe('unauthorized');
    expect(await codeOf(wrong.users.find('alice'))).toBe('unauthorized');
    expect(await codeOf(connect({ ...settingsOf(real.origin), realm: 'none' }).users.find('x'))).toBe(
      'not_found',
    );
  });

  it('looks at tokens, and tells the keys that they are signed with', async () => {
    const { signIn, users, settings } = connect();
    const keys = await signIn.keys();
    expect(keys.keys.some(({ alg }) => alg === 'RS256')).toBe(true);
    expect(await signIn.introspect('nothing')).toEqual({ active: false });
    const basic = Buffer.from(`${settings.clientId}:${settings.clientSecret}`).toString('base64');
    const answer = await fetch(`${real.origin}/realms/irc/protocol/openid-connect/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'password', scope: 'openid', ...ALICE }),
    });
    const given = (await answer.json()) as { access_token: string; id_token: string };
    const tokens = new TokenVerifier(signIn, settings, systemClock);
    const whose = { user: (await users.find('alice'))!.id, username: 'alice' };
    expect(await tokens.look(given.access_token)).toEqual(whose);
    expect(await tokens.look(given.id_token)).toEqual({ wrong: 'it is no access token' });
    // A token whose key nobody knows any more is looked at by Keycloak itself.
    const lost = new TokenVerifier(
      {
        keys: async () => ({ keys: [] }),
        issuer: () => signIn.issuer(),
        introspect: (token) => signIn.introspect(token),
      },
      settings,
      systemClock,
    );
    expect(await lost.look(given.access_token)).toEqual(whose);
  });

  it('keeps what a user has when one thing of it changes', async () => {
    const { users, signIn } = connect();
    const profile = await users.profile();
    expect([keepsAttributes(profile), onlyByAdministrators(profile, 'x3_opserv_level')]).toEqual([
      true,
      true,
    ]);
    expect(onlyByAdministrators(profile, 'firstName')).toBe(false);
    const id = await users.create({
      username: 'carol',
      email: 'carol@example.net',
      emailVerified: true,
      attributes: { x509_fingerprints: ['CC33', 'dd44'], colour: ['red'] },
      password: { value: 'carol-pw' },
    });
    expect(await codeOf(users.create({ username: 'Carol' }))).toBe('conflict');
    await Promise.all([
      users.update(id, { attributes: { irc_level: ['200'] } }),
      users.update(id, { attributes: { colour: null } }),
    ]);
    expect(await users.get(id)).toMatchObject({ email: 'carol@example.net', emailVerified: true });
    expect((await users.get(id)).attributes).toEqual({
      x509_fingerprints: ['CC33', 'dd44'],
      irc_level: ['200'],
    });
    expect((await users.byFingerprint('cc33')).map((user) => user.id)).toEqual([id]);
    expect(await users.byFingerprint('cc3')).toEqual([]);
    const [before] = await users.credentials(id);
    // The hash of "better-pw" with the salt "salt", as REGISTER and PASS hash in their own threads.
    const { pbkdf2Sync } = await import('node:crypto');
    const hash = pbkdf2Sync('better-pw', 'saltsaltsaltsalt', 1_000, 32, 'sha256').toString('base64');
    const salt = Buffer.from('saltsaltsaltsalt').toString('base64');
    await users.setPassword(id, { algorithm: 'pbkdf2-sha256', iterations: 1_000, salt, hash });
    expect(await signIn.grant('carol', 'carol-pw')).toEqual({ kind: 'wrong' });
    expect(await signIn.grant('carol', 'better-pw')).toMatchObject({ kind: 'granted' });
    const [after] = await users.credentials(id);
    expect(after!.type).toBe('password');
    expect(after!.createdDate).toBeGreaterThanOrEqual(before!.createdDate!);
    expect((await users.get(id)).attributes.irc_level).toEqual(['200']);
    await users.endSessions(id);
    expect([await users.delete(id), await users.delete(id)]).toEqual([true, false]);
    expect(await codeOf(users.get(id))).toBe('not_found');
  });

  it('has groups of channels, whatever a channel is called', async () => {
    const { groups, users } = connect();
    const alice = (await users.find('alice'))!.id;
    const parent = (await groups.findTop('irc-channels'))!;
    expect(await groups.findTop('#lobby')).toBeNull();
    expect((await groups.top()).map(({ name }) => name).sort()).toEqual(['irc-channels', 'opers']);
    const lobby = await groups.atPath(['irc-channels', '#lobby']);
    expect((await groups.findChild(parent.id, '#lobby'))?.id).toBe(lobby!.id);
    expect((await groups.members(lobby!.id)).map(({ username }) => username)).toEqual(['alice']);
    expect(await groups.atPath(['irc-channels', '#none'])).toBeNull();
    for (const name of ['#tea', '#a/b', '#é ü?&', '##', '#%2f']) {
      const id = await groups.create(name, parent.id);
      expect(await codeOf(groups.create(name, parent.id)), name).toBe('conflict');
      expect((await groups.findChild(parent.id, name))?.id, name).toBe(id);
      await groups.update(id, { x3_access_level: ['200'] });
      await groups.update(id, { note: ['hot'] });
      expect((await groups.get(id)).attributes, name).toEqual({ x3_access_level: ['200'], note: ['hot'] });
      await users.join(alice, id);
      await users.join(alice, id);
      expect((await users.groups(alice)).map((group) => group.name)).toContain(name);
      expect(await users.leave(alice, id)).toBe(true);
      expect(await groups.members(id)).toEqual([]);
      expect([await groups.delete(id), await groups.delete(id)]).toEqual([true, false]);
    }
    expect((await groups.children(parent.id)).map(({ name }) => name)).toEqual(['#lobby']);
  });

  it('has the whole of an account changed by flows, and tells of what was changed there', async () => {
    const client = connect();
    const { users, groups, signIn } = client;
    const directory = new UserDirectory(client, new FakeClock());
    const world = new World(directoryOf({ current: { client, directory } as unknown as OpenKeycloak }));
    const { kinds, lives, store, links } = world;
    const ended = () => until(() => lives.engine.size === 0);
    const hashedBy = (password: string) => hashForKeycloak({ password, iterations: 1_000 });
    const verifiers = { argon2id: 'x', scram: 'x' };
    // A cookie has confirmed it.
    store.create({ name: 'Dora', email: 'dora@example.net', verifiers: null, network: null });
    const account = { name: 'Dora', email: 'dora@example.net', verifiers, network: null };
    const confirmed = { account, password: hashedBy('dora-pw'), mark: 'm1', confirmed: true as const };
    world.ask(kinds.register, accountSubject('Dora'), confirmed);
    await until(() => lives.engine.size === 0 && links.of(store.get('dora')) !== null);
    const { user: id } = links.of(store.get('dora'))!;
    expect(await users.get(id)).toMatchObject({ username: 'dora', emailVerified: true });
    world.alter(kinds.password, 'dora', {
      verifiers,
      password: hashedBy('other-pw'),
      proves: 'dora@example.net',
    });
    world.alter(kinds.email, 'dora', { email: 'd@example.net', verified: false });
    world.alter(kinds.level, 'dora', { level: 500 });
    world.alter(kinds.rename, 'dora', { next: 'Dorothy' });
    await until(() => store.find('dorothy') !== undefined);
    await ended();
    expect(await signIn.grant('dorothy', 'other-pw')).toMatchObject({ kind: 'granted', user: id });
    expect(await users.get(id)).toMatchObject({
      username: 'dorothy',
      email: 'd@example.net',
      emailVerified: false,
    });
    expect((await users.groups(id)).map(({ name, path }) => [name, path])).toEqual([['opers', '/opers']]);
    // A name that is somebody's there.
    world.alter(kinds.rename, 'dorothy', { next: 'alice' });
    await until(() => world.answers.includes('rename "exists"'));
    expect(store.find('dorothy')?.name).toBe('Dorothy');
    await users.update(id, { username: 'dot', attributes: { x3_opserv_level: ['200'] } });
    world.look(id);
    await until(() => store.find('dot') !== undefined);
    await ended();
    expect(world.here('dot')).toMatchObject({ email: 'd@example.net', level: 200 });
    world.alter(kinds.level, 'dot', { level: 0 });
    await until(() => world.here('dot')?.level === 0);
    await ended();
    expect([await users.groups(id), (await users.get(id)).attributes.x3_opserv_level]).toEqual([
      [],
      undefined,
    ]);
    expect((await groups.findTop('opers'))?.name).toBe('opers');
    world.alter(kinds.drop, 'dot', { by: 'dot' });
    await until(() => store.count === 0);
    await ended();
    expect(await codeOf(users.get(id))).toBe('not_found');
  });

  it.each<ProxyFault>(['broken', 'status 503', 'garbage', 'held'])(
    'that fails (%s) is asked no more after a while, and again once it is back',
    async (fault) => {
      const proxy = await FaultProxy.start(real.origin);
      open.push({ close: () => proxy.stop() });
      const clock = new FakeClock();
      const { signIn, calls } = connect(settingsOf(proxy.origin), clock);
      expect(await signIn.grant('alice', ALICE.password)).toMatchObject({ kind: 'granted' });
      proxy.fault = fault;
      const before = proxy.seen;
      const tries = Array.from({ length: 5 }, () => codeOf(signIn.grant('alice', ALICE.password)));
      // Of one that does not answer nothing says that it can take more at once.
      const most = fault === 'held' ? calls.pool.stats().max : 5;
      await until(() => proxy.seen === before + most);
      if (fault === 'held') await clock.advance(limits.keycloakLoginMs.default);
      for (const code of await Promise.all(tries)) expect(['unavailable', 'timeout']).toContain(code);
      await until(() => calls.breaker.state === 'open');
      expect(await codeOf(signIn.grant('alice', ALICE.password))).toBe('unavailable');
      expect(proxy.seen).toBe(before + most);
      proxy.fault = 'none';
      await clock.advance(limits.keycloakProbeMs.default * 2);
      await until(() => calls.breaker.state === 'closed');
      expect(await signIn.grant('alice', ALICE.password)).toMatchObject({ kind: 'granted' });
      expect(calls.pool.stats()).toMatchObject({ active: 0, waiting: 0 });
    },
  );

  it('that is not there at all, or shows an expired certificate, is told from one that refuses', async () => {
    const proxy = await FaultProxy.start(real.origin);
    open.push({ close: () => proxy.stop() });
    const { signIn } = connect(settingsOf(proxy.origin));
    await proxy.stop();
    await expect(signIn.grant('alice', ALICE.password)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/ECONNREFUSED/),
    });
    await proxy.listen();
    expect(await signIn.grant('alice', ALICE.password)).toMatchObject({ kind: 'granted' });
    const expired = await FaultProxy.startExpired(real.origin);
    open.push({ close: () => expired.stop() });
    const secured = connect({ ...settingsOf(expired.origin), ca: expired.ca });
    await expect(secured.signIn.grant('alice', ALICE.password)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/expired/),
    });
    expect(expired.seen).toBe(0);
  });

  wholeCases(() => {
    const settings = settingsOf(real.origin);
    const client = new KeycloakClient({ settings, clock: systemClock, random: () => 1, onState: () => {} });
    return { origin: real.origin, client };
  });
});
