/** What ModCmd tells to the letter, what it takes up to its bounds, and what commands that were made of others hand on. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OPER, TestHelp } from '../helpserv/test-help.ts';
import { limits } from '../limits.ts';
import { TestNetwork } from '../test-network.ts';
import type { CommandBindings } from './command-bindings.ts';

const [ANN, BOB, CAT] = ['ABAAA', 'ABAAB', 'ABAAC'];
let test: TestNetwork;
beforeEach(async () => {
  test = await TestNetwork.start();
  for (const [numeric, nick] of [
    [ANN, 'ann'],
    [BOB, 'bob'],
  ] as const) {
    test.join(numeric, nick);
    await test.ask(numeric, `REGISTER ${nick} correct-horse`);
  }
  await test.level('ann', 900);
  test.join(CAT, 'cat');
});
afterEach(() => test.close());

async function says(who: string, text: string, nick = 'ModCmd'): Promise<string[]> {
  await test.clock.advance(2_000);
  test.say('AB G AB');
  return await test.ask(who, text, test.services.bots.byNick(nick)!.numeric);
}
const ann = (text: string, nick?: string) => says(ANN, text, nick);
const bob = (text: string, nick?: string) => says(BOB, text, nick);
const cat = (text: string, nick?: string) => says(CAT, text, nick);
const bindings = (): CommandBindings => test.services.bindings;
const count = (table: string) => test.database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();

it('names, words and levels fit up to their bounds, and what is none is refused before anything is written', async () => {
  const x = (length: number) => 'x'.repeat(length);
  for (const [text, answer] of [
    [`BIND AuthServ ${x(21)} STATUS`, 'A command is called by up to 20 letters and digits.'],
    ['BIND AuthServ x! STATUS', 'A command is called by up to 20 letters and digits.'],
    ['BIND AuthServ !x STATUS', 'A command is called by up to 20 letters and digits.'],
    [
      'BIND NoServ x AuthServ.STATUS',
      /^There is no bot NoServ\. There are AuthServ, NickServ, .*, and help bots\.$/,
    ],
    [`BIND ${x(40)} y AuthServ.STATUS`, new RegExp(`^There is no bot ${x(32)}\\. `)],
    [`BIND AuthServ y ${x(40)}`, `AuthServ has no command ${x(32)}.`],
    ['BIND AuthServ y DANCE$0', 'AuthServ has no command DANCE$0.'],
    ['BIND AuthServ y ChanServ.A.B', 'ChanServ has no command A.B.'],
    [`BIND AuthServ y STATUS ${x(201)}`, 'Words behind it have up to 200 letters.'],
    [`COMMAND ${x(40)}`, `No bot has a command ${x(32)}.`],
    ['COMMAND AUTH', 'Several bots have that: AuthServ.AUTH, NickServ.AUTH.'],
    ['COMMAND NoServ.AUTH', /^There is no bot NoServ\./],
    [`UNBIND AuthServ ${x(40)}`, `AuthServ has no command ${'X'.repeat(32)}.`],
    ...['-5', '5.5', 'x5', '5x', '1001', '10000', '**'].map(
      (word) =>
        [
          `MODCMD AuthServ.STATUS LEVEL ${word}`,
          'LEVEL is a number from 0 to 1000, or * for what the command has by itself.',
        ] as const,
    ),
    ...['-5', 'x5', '5x', '5.5', '1001'].map(
      (word) => [`SHOWCOMMANDS AuthServ ${word}`, 'A level is a number from 0 to 1000.'] as const,
    ),
    ['MODCMD NoServ.STATUS', /^There is no bot NoServ/],
    ['MODCMD AuthServ.STATUS DISABLED', 'Expected LEVEL or DISABLED, and a value.'],
    ...['BIND', 'UNBIND', 'MODCMD'].map(
      (name) =>
        [
          `MODCMD ModCmd.${name} DISABLED on`,
          `ModCmd.${name} stays as it is: without it nobody could take anything back.`,
        ] as const,
    ),
  ] as const)
    expect(await ann(text), text).toEqual([
      typeof answer === 'string' ? answer : expect.stringMatching(answer),
    ]);
  expect([test.deeds, count('command_bindings'), count('command_rules')]).toEqual([[], 0, 0]);
  expect(await ann(`BIND AuthServ ${x(20)} STATUS`)).toEqual([
    `AuthServ does for ${'X'.repeat(20)} what AuthServ does for STATUS.`,
  ]);
  expect(await ann(`BIND AuthServ y STATUS ${x(200)}`)).toHaveLength(1);
  expect(test.deeds.at(-1)!.deed.args).toEqual({
    command: 'BIND',
    what: `AuthServ y STATUS ${x(200)}`.slice(0, 200),
  });
  await test.writes.write(() => {
    for (let at = 2; at < limits.commandBindings.default; at++)
      bindings().bind({
        bot: 'AuthServ',
        name: `N${at}`,
        targetBot: 'AuthServ',
        command: 'STATUS',
        template: [],
        by: 'x',
      });
  });
  bindings().reload();
  expect(await ann('BIND AuthServ last STATUS')).toEqual([
    `There are ${limits.commandBindings.default} such commands, as many as may be.`,
  ]);
  expect(await ann('UNBIND AuthServ n2')).toEqual(['AuthServ has no command N2 any more.']);
  expect(await ann('BIND AuthServ last STATUS')).toHaveLength(1);
});

it('a bot of which nothing was changed has the table that it brings', async () => {
  const own = (nick: string) => test.services.serviceBots.find(({ spec }) => spec.nick === nick)!.table;
  const isOwn = () => ['ChanServ', 'OpServ'].map((nick) => bindings().tableOf(nick) === own(nick));
  expect(isOwn()).toEqual([true, true]);
  await ann('BIND ChanServ look ACCESS');
  await ann('MODCMD OpServ.STATS LEVEL 5');
  expect(isOwn()).toEqual([false, false]);
  await ann('UNBIND ChanServ look');
  await ann('MODCMD OpServ.STATS LEVEL *');
  expect(isOwn()).toEqual([true, true]);
});

it('levels are of accounts: 0 is everybody, one’s own the highest, and * what it was before', async () => {
  expect(await ann('MODCMD AuthServ.USERINFO LEVEL 900')).toContain('Its level is set by MODCMD.');
  expect(await ann('MODCMD AuthServ.USERINFO LEVEL 1')).toContain(
    'It is for accounts of level 1 and above. It changes: nothing',
  );
  expect(await bob('USERINFO ann', 'AuthServ')).toEqual(['USERINFO is for accounts of level 1 and above.']);
  await test.level('bob', 1);
  expect(await bob('USERINFO ann', 'AuthServ')).toEqual(['ann is logged in to ann.']);
  expect(await ann('MODCMD AuthServ.USERINFO LEVEL 0')).toContain('It is for everybody. It changes: nothing');
  expect(await cat('USERINFO ann', 'AuthServ')).toEqual(['ann is logged in to ann.']);
  expect(await ann('MODCMD AuthServ.USERINFO LEVEL *')).toHaveLength(2);
  expect(count('command_rules')).toBe(0);
  await ann('MODCMD AuthServ.USERINFO LEVEL 7');
  await ann('MODCMD AuthServ.USERINFO DISABLED ON');
  expect(bindings().rule('AuthServ', 'USERINFO')).toEqual({ level: 7, disabled: true });
  await ann('MODCMD AuthServ.USERINFO LEVEL *');
  expect(bindings().rule('AuthServ', 'USERINFO')).toEqual({ level: null, disabled: true });
  // Also a further name of it is gone.
  expect(await ann('COMMAND AuthServ.USERINFO')).toContain('Nobody may use it: it is disabled.');
  await ann('MODCMD AuthServ.USERINFO DISABLED OFF');
  expect(count('command_rules')).toBe(0);
  expect((await ann('SHOWCOMMANDS AuthServ'))[0]!.split(/ +/)).toEqual(['Command', 'Who', 'Changes']);
  expect((await cat('SHOWCOMMANDS AuthServ 0')).length).toBeGreaterThan(2);
  expect((await ann('SHOWCOMMANDS ModCmd 1000')).length).toBe((await ann('SHOWCOMMANDS ModCmd 800')).length);
  // From its level on, and not below.
  const sees = async () => (await bob('SHOWCOMMANDS ModCmd')).some((line) => line.startsWith('BIND '));
  await test.level('bob', 799);
  expect(await sees()).toBe(false);
  await test.level('bob', 800);
  expect(await sees()).toBe(true);
  expect(await cat('COMMAND AuthServ.STATUS')).toEqual([
    expect.stringMatching(/^COMMAND is for those who are logged in/),
  ]);
});

it('a command that was made of another does to its user what that one does', async () => {
  await ann('BIND AuthServ enter AUTH $1 $2-');
  expect((await cat('HELP ENTER', 'AuthServ')).slice(0, 2)).toEqual([
    'ENTER <1> <2...>',
    'Does what AuthServ does for AUTH $1 $2-.',
  ]);
  expect((await cat('ENTER bob correct-horse', 'AuthServ')).join()).not.toMatch(/^Expected|not/);
  expect(test.uplink.view.byNick('cat')!.account).toBe('bob');
  await ann('BIND AuthServ look USERINFO $1 $3-');
  expect((await bob('HELP LOOK', 'AuthServ'))[0]).toBe('LOOK <1> <2> <3...>');
  await ann('BIND AuthServ mine STATUS bob');
  expect(await bob('MINE', 'AuthServ')).toEqual([
    expect.stringMatching(/^That comes to STATUS bob, and expected is: STATUS/),
  ]);
  await ann('BIND AuthServ peer USERINFO');
  expect((await bob('HELP PEER', 'AuthServ'))[0]).toBe('PEER <nick>');
  expect(await bob('PEER', 'AuthServ')).toEqual(['Expected: PEER <nick>']);
  expect(await bob('PEER a b', 'AuthServ')).toEqual(['Expected: PEER <nick>']);
  // It is disabled and enabled by itself, and stays in HELP as far as it is there.
  await ann('MODCMD AuthServ.PEER DISABLED on');
  expect(await bob('PEER ann', 'AuthServ')).toEqual([expect.stringMatching(/^There is no command PEER/)]);
  expect(await bob('COMMAND AuthServ.PEER')).toEqual([
    ...['AuthServ: PEER <nick>', 'It is for everybody. It changes: nothing'],
    ...['ann made it of AuthServ.USERINFO.', 'Nobody may use it: it is disabled.'],
  ]);
  expect((await bob('HELP', 'AuthServ')).join(' ')).toMatch(/ LOOK(?!.* PEER)/);
  // Of a command that is there no more nothing is left.
  await test.writes.write(() =>
    bindings().bind({
      bot: 'AuthServ',
      name: 'OLD',
      targetBot: 'AuthServ',
      command: 'GONE',
      template: [],
      by: 'x',
    }),
  );
  bindings().reload();
  expect(await bob('OLD', 'AuthServ')).toEqual([expect.stringMatching(/^There is no command OLD/)]);
});

it('what is gone while it is written down that somebody changes it is said to be gone', async () => {
  const help = await TestHelp.start();
  try {
    const meanwhile = async (text: string, what: () => Promise<unknown>) => {
      await help.passes(3_000);
      let release = () => {};
      help.net.writtenDown = new Promise((resolve) => {
        release = resolve;
      });
      help.net.take();
      help.net.say(`${OPER} P ${help.numeric('ModCmd')} :${text}`);
      for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
      await what();
      help.net.writtenDown = Promise.resolve();
      release();
      await help.settled();
      return help.net.notices(OPER);
    };
    const gone = () => help.help.world.unregister(help.bot, 'oper');
    const none = [expect.stringMatching(/^There is no bot Aid\. /)];
    expect(await meanwhile('MODCMD Aid.PICKUP LEVEL 5', gone)).toEqual(none);
    await help.help.world.register('Aid', '#help', 'olga', 'oper');
    expect(await meanwhile('BIND Aid mine PICKUP', gone)).toEqual(['That is there no more.']);
    expect(help.net.database.prepare('SELECT count(*) FROM command_bindings').pluck().get()).toBe(0);
  } finally {
    help.close();
  }
});
