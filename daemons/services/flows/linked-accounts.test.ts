/**
 * Whatever is to become of an account that belongs to a user of Keycloak becomes so on both sides or on neither: by mail, by operators and by
 * administrators, and what is changed in Keycloak here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import { accountHandlers } from '../account-handlers.ts';
import { limits } from '../limits.ts';
import { linkHandlers } from '../link-handlers.ts';
import { Mailbox } from '../mail/test-mailbox.ts';
import type { TestNetwork } from '../test-network.ts';
import { TestLinked } from './test-linked.ts';

const PRINT = 'a'.repeat(64);
const LATER = 'The login service does not answer now. What the cookie is for is done by itself when it does.';

let linked: TestLinked;
let test: TestNetwork;
let box: Mailbox;

beforeEach(async () => {
  linked = await TestLinked.start();
  test = linked.network;
  box = new Mailbox();
  test.services.accounts.mail.configure(box);
  for (const [numeric, nick] of [
    ['ABAAA', 'ann'],
    ['ABAAB', 'bob'],
    ['ABAAC', 'top'],
  ])
    test.join(numeric!, nick!);
  await ann('REGISTER ann correct-horse ann@example.net');
});
afterEach(() => linked.close());

const ann = (text: string) => test.ask('ABAAA', text);
const bob = (text: string) => test.ask('ABAAB', text);
const top = (text: string) => test.ask('ABAAC', text);
const user = (name = 'ann') => linked.keycloak.named(name)!;
const store = () => test.services.keeper.store;
const hash = (name = 'ann') => store().credential(store().get(name), 'argon2id');
const grant = async (name: string, password: string) =>
  (await linked.desk.current!.client.signIn.grant(name, password)).kind;
const admin = () => ({
  ...accountHandlers(test.services.accounts, { writes: test.writes, online: () => 0, graceDays: () => 7 }),
  ...linkHandlers(test.services.accounts, linked.flows.accounts),
});
/** Runs an admin command as main does. */
async function run(name: keyof ReturnType<typeof admin>, args: object): Promise<unknown> {
  const { check, run: work } = admin()[name] as { check?(args: object): unknown; run(args: object): unknown };
  await check?.(args);
  return await work(args);
}
/** Until mail that was asked for is there. */
async function sent(): Promise<void> {
  for (let i = 0; i < 10; i++) await test.quiet();
}
async function operator(level = 1_000): Promise<void> {
  await top('REGISTER top correct-horse');
  await test.level('top', level);
}

describe('a cookie', () => {
  it('of another password changes it in Keycloak as well, whose sessions end, and proves the address', async () => {
    await bob('RESETPASS ann other-horse');
    await sent();
    expect([hash(), await grant('ann', 'correct-horse')]).toEqual(['correct-horse', 'granted']);
    expect((await bob(`COOKIE ann ${box.cookie('ann@example.net')}`))[0]).toBe(
      'The password of ann is changed.',
    );
    expect([hash(), await grant('ann', 'other-horse'), await grant('ann', 'correct-horse')]).toEqual([
      'other-horse',
      'granted',
      'wrong',
    ]);
    expect(user().emailVerified).toBe(true);
    expect(linked.keycloak.count('/logout')).toBe(1);
  });

  it('is good as long as it could not be begun, and used up with what goes on by itself', async () => {
    await bob('RESETPASS ann other-horse');
    await sent();
    const cookie = box.cookie('ann@example.net');
    await linked.breakKeycloak();
    expect(await bob(`COOKIE ann ${cookie}`)).toEqual(['The login service is unavailable. Try again later.']);
    linked.keycloak.always = null;
    await test.clock.advance(limits.keycloakProbeMs.default * 2);
    linked.desk.current!.client.calls.breaker.reset();
    linked.keycloak.always = 'hold';
    const asked = bob(`COOKIE ann ${cookie}`);
    await until(() => linked.keycloak.held.length === 1);
    await test.clock.advance(limits.flowAnswerMs.default);
    expect(await asked).toEqual([LATER]);
    expect([hash(), await bob(`COOKIE ann ${cookie}`)]).toEqual([
      'correct-horse',
      ['That is no cookie of that account, or no longer.'],
    ]);
    linked.keycloak.always = null;
    await test.clock.advance(limits.keycloakCallMs.default);
    await until(() => linked.flows.engine.rows().every(({ state }) => state === 'waiting'));
    linked.flows.engine.retry(null);
    await linked.ended();
    expect([hash(), await grant('ann', 'other-horse')]).toEqual(['other-horse', 'granted']);
  });

  it('of another address changes it on both sides, and one of somebody else’s on none', async () => {
    const both = async (address: string) => {
      await ann(`SET EMAIL ${address}`);
      await sent();
      return await ann(`COOKIE ${box.cookie('ann@example.net')}${box.cookie(address)}`);
    };
    expect(await both('alice@example.net')).toEqual([
      'ann keeps its e-mail address: the login service does not take alice@example.net.',
    ]);
    expect([user().email, linked.account('ann')!.email]).toEqual(['ann@example.net', 'ann@example.net']);
    expect(await both('new@example.net')).toEqual(['The e-mail address of ann is new@example.net now.']);
    expect(user()).toMatchObject({ email: 'new@example.net', emailVerified: true });
    expect(linked.account('ann')!.email).toBe('new@example.net');
    await operator();
    await top('OSET ann EMAIL by@example.net');
    expect(user()).toMatchObject({ email: 'by@example.net', emailVerified: false });
  });

  it('that confirms an account makes its user, and nobody confirms the name of somebody there', async () => {
    test.rules = { ...test.rules, confirmByMail: true };
    expect(await bob('REGISTER alice correct-horse b@example.net')).toEqual([
      'There is an account of that name already.',
    ]);
    expect((await bob('REGISTER bob correct-horse bob@example.net'))[0]).toMatch(
      /yours when you have confirmed/,
    );
    await sent();
    expect([user('bob'), linked.links.of(linked.account('bob')!)]).toEqual([undefined, null]);
    expect(await bob(`COOKIE bob ${box.cookie('bob@example.net')}`)).toEqual([
      'The account bob is confirmed.',
      'You are logged in to the account bob.',
    ]);
    expect(user('bob')).toMatchObject({ email: 'bob@example.net', emailVerified: true });
    expect(await grant('bob', 'correct-horse')).toBe('granted');
    await top('REGISTER top correct-horse top@example.net');
    await sent();
    // Meanwhile somebody has the name there.
    linked.keycloak.addUser('top', 'theirs');
    expect((await top(`COOKIE top ${box.cookie('top@example.net')}`))[0]).toMatch(
      /^The account top cannot be made/,
    );
    expect(linked.account('top')).toBeUndefined();
    expect(user('top').password).toBe('theirs');
  });
});

describe('the level of an operator', () => {
  beforeEach(() => operator());

  it('that is given is an attribute and the group of operators too, and is taken away at once', async () => {
    expect(await top('OSET ann LEVEL 500')).toEqual(['LEVEL is now: 500']);
    expect([linked.levelOf('ann'), user().attributes.x3_opserv_level, linked.membersOf('opers')]).toEqual([
      500,
      ['500'],
      ['ann', 'top'],
    ]);
    expect(await run('set-level', { account: 'Ann', level: 200 })).toEqual({ account: 'ann', level: 200 });
    expect([linked.levelOf('ann'), user().attributes.x3_opserv_level]).toEqual([200, ['200']]);
    await linked.breakKeycloak();
    // More is not given while Keycloak cannot be asked, less is.
    await expect(run('set-level', { account: 'ann', level: 300 })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await run('set-level', { account: 'ann', level: 0 });
    expect([linked.levelOf('ann'), user().attributes.x3_opserv_level]).toEqual([0, ['200']]);
    linked.keycloak.always = null;
    linked.desk.current!.client.calls.breaker.reset();
    linked.flows.engine.retry(null);
    await linked.ended();
    expect([user().attributes.x3_opserv_level, linked.membersOf('opers')]).toEqual([undefined, ['top']]);
  });

  it('that Keycloak has holds here once it is told, at a login, and within a round; of who is in the group', async () => {
    const opers = [...linked.keycloak.groups.values()].find(({ name }) => name === 'opers')!;
    user().attributes = { x3_opserv_level: ['400'] };
    await linked.look(user());
    expect(linked.levelOf('ann')).toBe(0);
    opers.members.add(user().id);
    const told = { kind: 'group', path: '/opers', userId: user().id } as const;
    expect(await linked.flows.look(told)).toBe('looks at the user');
    await linked.ended();
    expect(linked.levelOf('ann')).toBe(400);
    expect(test.logged.join()).toContain('Keycloak gave the account ann the level 400, from 0');
    user().attributes = { x3_opserv_level: ['nonsense'] };
    linked.desk.forget(user().id, 'ann');
    await bob('AUTH ann correct-horse');
    await until(() => linked.levelOf('ann') === 0);
    await linked.ended();
    user().attributes = { x3_opserv_level: ['300'] };
    linked.flows.batch.start();
    await until(() => linked.levelOf('ann') === 300);
    await linked.ended();
    opers.members.delete(user().id);
    expect(await linked.flows.look({ kind: 'group', path: 'opers', userId: null })).toBe(
      'compares the operators',
    );
    await until(() => linked.levelOf('ann') === 0);
    await linked.ended();
  });

  it('is nobody’s to give who can edit it of themselves', async () => {
    await top('OSET ann LEVEL 100');
    linked.keycloak.editable = true;
    linked.desk.current!.directory.clear();
    user().attributes = { x3_opserv_level: ['1000'] };
    await linked.look(user());
    expect(linked.levelOf('ann')).toBe(100);
    linked.keycloak.editable = false;
    linked.desk.current!.directory.clear();
    await linked.look(user());
    expect(linked.levelOf('ann')).toBe(1_000);
  });
});

it('an account that is renamed is so in Keycloak, as far as the name is free on both sides', async () => {
  await operator();
  expect(await top('RENAME ann alice')).toEqual(["That was not done: The name alice is somebody else's."]);
  expect([user().username, linked.account('ann')?.name]).toEqual(['ann', 'ann']);
  test.take();
  expect(await top('RENAME ann Anna')).toEqual(['The account ann is called Anna now.']);
  expect([user('anna')?.username, linked.account('anna')?.name, linked.account('ann')]).toEqual([
    'anna',
    'Anna',
    undefined,
  ]);
  expect(linked.links.of(linked.account('anna')!)).toMatchObject({ username: 'Anna' });
  expect(await bob('AUTH Anna correct-horse')).toEqual(['You are logged in to the account Anna.']);
  // A user who is called otherwise, and whose account is not yet, is told so and not given a second one.
  user('anna').username = 'annie';
  linked.desk.forget(user('annie').id, 'anna');
  linked.desk.current!.directory.clear();
  test.join('ABAAD', 'dan');
  expect(await test.ask('ABAAD', 'AUTH annie correct-horse')).toEqual([
    'The login service is unavailable. Try again later.',
  ]);
  await until(() => linked.account('annie')?.name === 'annie');
  await linked.ended();
});

it('a suspension by an operator ends only where Keycloak has nothing against it', async () => {
  await operator();
  await top('OSET ann SUSPENDED spam');
  user().enabled = false;
  await linked.look(user());
  expect(linked.account('ann')).toMatchObject({ suspended_reason: 'spam' });
  expect(await top('OSET ann SUSPENDED *')).toEqual([
    'That was not done: The account ann stays suspended: The account is disabled in Keycloak.',
  ]);
  expect(linked.account('ann')).toMatchObject({ suspended_by: 'Keycloak' });
  user().enabled = true;
  expect(await top('OSET ann SUSPENDED *')).toEqual(['ann is suspended no more.']);
  expect(linked.account('ann')!.suspended_reason).toBeNull();
});

describe('administrators', () => {
  it('give an account to a user, whose password, address and level it has then, and take it again', async () => {
    const { keycloak } = linked;
    linked.desk.configure(null);
    await bob('REGISTER bob local-horse bob@example.net');
    await bob(`ADDCERTFP ${PRINT}`);
    await expect(run('link-account', { account: 'bob', user: 'robert' })).rejects.toMatchObject({
      code: 'unavailable',
    });
    linked.desk.configure(keycloak.settings);
    test.keycloak = linked.desk.current;
    await expect(run('link-account', { account: 'bob', user: 'robert' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(run('link-account', { account: 'bob', user: 'ann' })).rejects.toMatchObject({
      code: 'conflict',
      message: 'The user ann of Keycloak has another account.',
    });
    await expect(run('unlink-account', { account: 'bob' })).rejects.toMatchObject({ code: 'conflict' });
    keycloak.addUser('robert', 'robert-pw', {
      email: 'robert@example.net',
      attributes: { x509_fingerprints: ['B'.repeat(64)] },
    });
    expect(await run('link-account', { account: 'bob', user: 'Robert' })).toEqual({
      account: 'bob',
      user: 'robert',
    });
    await linked.ended();
    expect(linked.account('bob')!.email).toBe('robert@example.net');
    expect(store().details('bob').fingerprints.sort()).toEqual([PRINT, 'b'.repeat(64)]);
    expect([...user('robert').attributes.x509_fingerprints!].sort()).toEqual(['B'.repeat(64), PRINT]);
    // What was its password is so no more.
    expect(hash('bob')).toBeNull();
    expect(await top('AUTH bob local-horse')).toEqual(['The account or the password is wrong.']);
    expect((await top('AUTH bob robert-pw'))[0]).toBe('You are logged in to the account bob.');
    expect(await run('link-account', { account: 'bob', user: 'robert' })).toEqual({
      account: 'bob',
      user: 'robert',
    });
    await expect(run('link-account', { account: 'bob', user: 'alice' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await linked.ended();
    expect(await run('unlink-account', { account: 'bob' })).toEqual({
      account: 'bob',
      password: true,
      suspended: false,
    });
    keycloak.users.delete(user('robert').id);
    expect(await bob('PASS robert-pw another-horse')).toEqual(['The password of bob is changed.']);
    expect(hash('bob')).toBe('another-horse');
  });

  it('take over no hash for an account of a user, and take none from its user while something is under way', async () => {
    const args = { account: 'ann', hash: '$1$abcdefgh$abcdefghijklmnopqrstuv' };
    await expect(run('set-password-hash', args)).rejects.toMatchObject({ code: 'conflict' });
    await linked.breakKeycloak();
    expect(await linked.flows.look({ kind: 'user', userId: user().id })).toBe('looks at the user');
    await expect(run('unlink-account', { account: 'ann' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('under way'),
    });
  });
});

describe('nothing of a linked account changes here alone', () => {
  /** Whatever changes an account, as people ask for it. */
  const WAYS: readonly (() => Promise<unknown>)[] = [
    () => ann('PASS correct-horse other-horse'),
    () => top('OSET ann PASSWORD other-horse'),
    () => top('OSET ann EMAIL other@example.net'),
    () => top('OSET ann LEVEL 300'),
    () => top('RENAME ann anna'),
    () => top('OUNREGISTER ann'),
    () => ann('UNREGISTER correct-horse'),
    () => ann(`ADDCERTFP ${'c'.repeat(64)}`),
    () => ann(`DELCERTFP ${PRINT}`),
    () => run('set-level', { account: 'ann', level: 300 }),
    () => run('set-password-hash', { account: 'ann', hash: '$1$abcdefgh$abcdefghijklmnopqrstuv' }),
    async () => await test.services.keeper.answerers().resetPassword({ account: 'ann' }),
    async () => await test.services.keeper.answerers().drop({ account: 'ann' }),
    () => test.services.keeper.changes.setEmail('ann', null),
    async () => {
      test.rules = { ...test.rules, unusedDays: 1, graceDays: 0 };
      box.problem = null;
      await test.clock.advance(40 * 86_400_000);
      await test.services.accounts.housekeeping.run();
    },
  ];
  const here = () => {
    const stored = store().get('ann');
    const { email, name, suspended_reason: reason } = stored;
    const { fingerprints } = store().details('ann');
    return { email, name, reason, fingerprints, level: linked.levelOf('ann'), hash: hash() };
  };

  it.each(['Keycloak is known not to answer', 'no Keycloak is configured any more'])(
    'while %s',
    async (what) => {
      await operator();
      await ann(`ADDCERTFP ${PRINT}`);
      await ann('SET EMAIL *');
      const before = here();
      if (what.startsWith('no')) {
        linked.desk.configure(null);
        test.keycloak = null;
      } else await linked.breakKeycloak();
      for (const way of WAYS) {
        await way().catch(() => {});
        expect(here()).toEqual(before);
      }
      expect(linked.flows.engine.size).toBe(0);
    },
  );

  it('by whoever goes round the door: the store refuses', async () => {
    const { facts } = store();
    const account = store().get('ann');
    const verifiers = { argon2id: 'x', scram: 'x' };
    const deeds: (() => unknown)[] = [
      () => facts.setPassword(account, verifiers),
      () => facts.setForeignHash(account, 'x'),
      () => facts.dropPassword(account),
      () => facts.setEmail(account, null),
      () => facts.rename(account, 'x'),
      () => facts.giveFingerprint(account, PRINT),
      () => facts.takeFingerprint(account, PRINT),
      () => test.services.profiles.setLevel(account, 1),
      () => store().drop(account),
    ];
    // Everything that changes what is shared.
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(facts)).filter(
      (one) => one !== 'constructor',
    );
    expect(methods.length + 2).toBe(deeds.length);
    const before = here();
    for (const deed of deeds) {
      await expect(test.writes.write(deed)).rejects.toMatchObject({ code: 'conflict' });
      expect(here()).toEqual(before);
    }
  });

  it('and who may write without being asked is here alone', () => {
    const root = join(import.meta.dirname, '..');
    const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/(^|\/)test-|\.test\.ts$/.test(file))
      .map((file) => ({ file: file.replaceAll('\\', '/'), text: readFileSync(join(root, file), 'utf8') }));
    const naming = (what: RegExp) =>
      sources
        .filter(({ text }) => what.test(text))
        .map(({ file }) => file)
        .sort();
    expect(naming(/SETTLED_ELSEWHERE/)).toEqual(['account-parts.ts', 'flows/flow-desk.ts']);
    expect(naming(/HERE_ALONE/)).toEqual([]);
    expect(naming(/new (AccountStore|ProfileStore|SharedFacts)\(/)).toEqual([
      'account-parts.ts',
      'flows/flow-desk.ts',
    ]);
    // Nobody writes these tables by hand, but the store, and what moves whole accounts.
    expect(naming(/(UPDATE|INTO) (accounts|credentials|fingerprints)\b/)).toEqual([
      'foreign/foreign-rows.ts',
      'store/services-schema.ts',
    ]);
  });
});
