/** Commands are made of others, taken away and given to another level, by those who may; and all of them are told of. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Catalogues } from '../bots/catalogues.ts';
import { messageText, PLAIN_STYLE } from '../bots/reply-lines.ts';
import { expectWords } from '../bots/test-usage.ts';
import { CHANNEL, HELPER, OPER, OWNER, TestHelp } from '../helpserv/test-help.ts';
import { manifest } from '../manifest.ts';
import { TestNetwork } from '../test-network.ts';
import { modCmdPage } from './modcmd-page.ts';
import { expand, isTemplate, leastWords } from './templates.ts';

const NO_CATALOGUES = new Catalogues([]);

const [ANN, BOB] = ['ABAAA', 'ABAAB'];
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
});
afterEach(() => test.close());

const bot = (nick: string) => test.services.bots.byNick(nick)!.numeric;
const ann = (text: string, nick = 'ModCmd') => test.ask(ANN, text, bot(nick));
const bob = (text: string, nick = 'ModCmd') => test.ask(BOB, text, bot(nick));

it('is told of in docs/reference/modcmd.md', () => {
  const page = new URL('../../../docs/reference/modcmd.md', import.meta.url);
  expect(readFileSync(page, 'utf8')).toBe(modCmdPage());
});

it('has a row for each command of the requirements', () => {
  const table = test.services.tableOf('ModCmd');
  const wanted = ['BIND', 'UNBIND', 'MODCMD', 'COMMAND', 'SHOWCOMMANDS', 'HELP'];
  expect(wanted.filter((name) => !table.has(name))).toEqual([]);
  expectWords(table);
  for (const row of table.values()) {
    expect(row.help.length, row.name).toBeGreaterThan(0);
    expect(row.effect, row.name).not.toBe('');
    if (row.recorded !== undefined) expect(Object.keys(manifest.deeds ?? {})).toContain(row.deed);
  }
});

it('every bot tells of every command of its own by HELP, from the table that runs it', async () => {
  for (const { spec, table } of test.services.serviceBots) {
    const rows = [...new Set(table.values())];
    // One that comes only when it is configured hears nothing before.
    if (test.services.bots.byNick(spec.nick) !== undefined) {
      const [first = ''] = await ann('HELP', spec.nick);
      expect(first.length, spec.nick).toBeGreaterThan(0);
    }
    const help = table.get('HELP')!;
    for (const row of rows) {
      const answer = await help.run({ bot: spec as never, words: [row.name] } as never);
      const replies = answer.map((reply) =>
        typeof reply === 'string' || 'text' in reply ? messageText(reply, NO_CATALOGUES, PLAIN_STYLE) : reply,
      );
      expect(replies[0], row.name).toContain(`${row.name} ${row.syntax}`.trimEnd());
      expect(replies.slice(1, 1 + row.help.length), row.name).toEqual(row.help);
    }
  }
});

describe('a command that is made of another', () => {
  it('hands on its words, is told of, stays over a restart, and is taken away', async () => {
    expect(await ann('BIND AuthServ whoami USERINFO $1')).toEqual([
      'AuthServ does for WHOAMI what AuthServ does for USERINFO $1.',
    ]);
    expect(test.deeds.at(-1)?.deed).toMatchObject({ command: 'MODCMD', args: { command: 'BIND' } });
    expect(await bob('WHOAMI ann', 'AuthServ')).toEqual(['ann is logged in to ann.']);
    expect(await bob('WHOAMI', 'AuthServ')).toEqual(['Expected: WHOAMI <1>']);
    expect((await bob('HELP', 'AuthServ'))[0]).toContain(' WHOAMI');
    expect((await bob('HELP WHOAMI', 'AuthServ')).slice(0, 2)).toEqual([
      ...['WHOAMI <1>', 'Does what AuthServ does for USERINFO $1.'],
    ]);
    expect(await bob('COMMAND WHOAMI')).toEqual([
      'AuthServ: WHOAMI <1>',
      'It is for everybody. It changes: nothing',
      'ann made it of AuthServ.USERINFO $1.',
    ]);
    test.services.close();
    await test.reopen();
    test.link();
    test.join(ANN, 'ann', 'r ann');
    test.join(BOB, 'bob');
    expect(await bob('WHOAMI ann', 'AuthServ')).toEqual(['ann is logged in to ann.']);
    expect(await ann('UNBIND AuthServ whoami')).toEqual(['AuthServ has no command WHOAMI any more.']);
    expect(await bob('WHOAMI ann', 'AuthServ')).toEqual([
      expect.stringMatching(/^There is no command WHOAMI/),
    ]);
  });

  it('of another bot hands on all that is typed, and is written down under the name of that one', async () => {
    await ann('BIND ChanServ level AuthServ.OSET $1 LEVEL $2-');
    expect(await ann('LEVEL bob 100', 'ChanServ')).toEqual(['LEVEL is now: 100']);
    expect(test.deeds.at(-1)?.deed).toMatchObject({
      command: 'OSET',
      args: { account: 'bob', setting: 'LEVEL' },
    });
    expect(await bob('LEVEL ann 0', 'ChanServ')).toEqual(['LEVEL is for accounts of level 400 and above.']);
    expect(await ann('LEVEL ann 1000', 'ChanServ')).toEqual([expect.stringMatching(/^ann is not below you/)]);
    await ann('BIND ChanServ who AuthServ.USERINFO');
    expect(await bob('WHO bob', 'ChanServ')).toEqual(['bob is logged in to bob.']);
    await ann('BIND ChanServ both AuthServ.USERINFO $1 $2');
    expect(await bob('BOTH ann bob', 'ChanServ')).toEqual([
      'That comes to USERINFO ann bob, and expected is: USERINFO <nick>',
    ]);
  });

  it.each([
    ['BIND NoServ x STATUS', /^There is no bot NoServ/],
    ['BIND AuthServ 1x STATUS', /up to 20 letters and digits/],
    ['BIND AuthServ auth STATUS', /has a command AUTH of its own/],
    ['BIND AuthServ x DANCE', /^AuthServ has no command DANCE/],
    ['BIND AuthServ x STATUS $0', /^Places are \$1 to \$9/],
    ['UNBIND AuthServ AUTH', /has AUTH by itself: MODCMD AuthServ.AUTH DISABLED on/],
    ['UNBIND AuthServ nothing', /^AuthServ has no command NOTHING/],
    ['COMMAND REGISTER', /^Several bots have that: AuthServ\.REGISTER/],
    ['COMMAND nothing', /^No bot has a command nothing/],
    ['SHOWCOMMANDS NoServ', /^There is no bot NoServ/],
    ['SHOWCOMMANDS AuthServ much', /^A level is a number/],
    ['MODCMD AuthServ.STATUS HAT red', /^Expected LEVEL or DISABLED/],
    ['MODCMD AuthServ.STATUS LEVEL 1001', /^LEVEL is a number from 0 to 1000/],
    [
      'MODCMD AuthServ.STATUS LEVEL 901',
      /^Nobody changes a command of a level above their own: yours is 900/,
    ],
    ['MODCMD AuthServ.STATUS DISABLED maybe', /^DISABLED is on or off/],
    ['MODCMD AuthServ.STATUS LEVEL', /^Expected LEVEL or DISABLED, and a value\.$/],
    ['MODCMD OpServ.RAW DISABLED on', /^Nobody changes a command of a level above their own: yours is 900/],
    ['MODCMD OpServ.RAW LEVEL *', /^Nobody changes a command of a level above their own: yours is 900/],
    ['MODCMD OpServ.RAW LEVEL 1', /^Nobody changes a command of a level above their own: yours is 900/],
    ['MODCMD NickServ.AUTH DISABLED on', /^NickServ.AUTH stays as it is/],
    ['BIND NoServ x NoServ.STATUS', /^There is no bot NoServ\. There are AuthServ, NickServ, /],
    ['BIND AuthServ x NoServ.STATUS', /^There is no bot NoServ/],
    ['UNBIND NoServ x', /^There is no bot NoServ/],
    ['MODCMD AuthServ.AUTH DISABLED on', /^AuthServ.AUTH stays as it is/],
    ['MODCMD ModCmd.MODCMD LEVEL 900', /^ModCmd.MODCMD stays as it is/],
  ])('%s is refused', async (text, why) => {
    expect(await ann(text)).toEqual([expect.stringMatching(why)]);
    expect(test.deeds.filter(({ deed }) => deed.command === 'MODCMD')).toEqual([]);
  });

  it('is bound once, and by operators of services alone', async () => {
    await ann('BIND AuthServ x STATUS');
    expect(await ann('BIND AuthServ x STATUS')).toEqual(['X is bound already: UNBIND it first.']);
    for (const text of ['BIND AuthServ y STATUS', 'UNBIND AuthServ x', 'MODCMD AuthServ.STATUS LEVEL 0'])
      expect(await bob(text)).toEqual([`${text.split(' ')[0]} is for accounts of level 800 and above.`]);
  });
});

describe('a command', () => {
  it('is for another level, or for nobody, until that is taken back', async () => {
    expect(await ann('MODCMD AuthServ.USERINFO LEVEL 50')).toEqual([
      ...['AuthServ: USERINFO <nick>', 'It is for accounts of level 50 and above. It changes: nothing'],
      'Its level is set by MODCMD.',
    ]);
    expect(await bob('USERINFO ann', 'AuthServ')).toEqual([
      'USERINFO is for accounts of level 50 and above.',
    ]);
    expect(await ann('USERINFO ann', 'AuthServ')).toEqual(['ann is logged in to ann.']);
    await ann('BIND AuthServ look USERINFO');
    expect(await bob('LOOK ann', 'AuthServ')).toEqual(['LOOK is for accounts of level 50 and above.']);
    await ann('MODCMD AuthServ.LOOK LEVEL 0');
    expect(await bob('LOOK ann', 'AuthServ')).toEqual(['ann is logged in to ann.']);
    await ann('MODCMD AuthServ.USERINFO LEVEL *');
    expect(await bob('USERINFO ann', 'AuthServ')).toEqual(['ann is logged in to ann.']);
    expect((await ann('MODCMD USERINFO DISABLED on')).at(-1)).toMatch(/^Several bots/);
    expect((await ann('MODCMD AuthServ.USERINFO DISABLED on')).at(-1)).toBe(
      'Nobody may use it: it is disabled.',
    );
    expect(await ann('USERINFO ann', 'AuthServ')).toEqual([
      expect.stringMatching(/^There is no command USERINFO/),
    ]);
    expect((await ann('HELP', 'AuthServ'))[0]).not.toContain(' USERINFO');
    await ann('MODCMD AuthServ.USERINFO DISABLED off');
    expect(await bob('USERINFO ann', 'AuthServ')).toEqual(['ann is logged in to ann.']);
    const rows = 'SELECT count(*) FROM command_rules';
    expect(test.database.prepare(rows).pluck().get()).toBe(1);
  });

  it('is listed to those who may use it', async () => {
    const names = async (lines: Promise<string[]>) => (await lines).map((line) => line.split(' ')[0]);
    expect(await names(bob('SHOWCOMMANDS ModCmd'))).toEqual(['Command', 'COMMAND', 'HELP', 'SHOWCOMMANDS']);
    expect(await names(ann('SHOWCOMMANDS modcmd'))).toEqual([
      ...['Command', 'BIND', 'COMMAND', 'HELP', 'MODCMD', 'SHOWCOMMANDS', 'UNBIND'],
    ]);
    expect(await names(ann('SHOWCOMMANDS ModCmd 799'))).toEqual([
      'Command',
      'COMMAND',
      'HELP',
      'SHOWCOMMANDS',
    ]);
  });
});

it('what was set of a command that was made goes with it, and a command that anybody may use has level 0', async () => {
  await ann('BIND AuthServ look USERINFO $1');
  await ann('MODCMD AuthServ.LOOK LEVEL 50');
  expect(await bob('LOOK ann', 'AuthServ')).toEqual(['LOOK is for accounts of level 50 and above.']);
  // Who only looks changes nothing, and that is not written down.
  const before = test.deeds.length;
  expect((await ann('MODCMD AuthServ.LOOK')).at(-1)).toBe('Its level is set by MODCMD.');
  expect(test.deeds).toHaveLength(before);
  await ann('MODCMD AuthServ.LOOK DISABLED on');
  expect((await ann('MODCMD AuthServ.LOOK DISABLED on')).slice(-2)).toEqual([
    'Its level is set by MODCMD.',
    'Nobody may use it: it is disabled.',
  ]);
  await ann('UNBIND AuthServ look');
  await ann('BIND AuthServ look USERINFO $1');
  expect(await bob('LOOK ann', 'AuthServ')).toEqual(['ann is logged in to ann.']);
  expect(await ann('BIND AuthServ handed ChanServ.ACCESS $1 one $2-')).toEqual([
    'AuthServ does for HANDED what ChanServ does for ACCESS $1 one $2-.',
  ]);
  expect(test.services.bindings.binding('AuthServ', 'HANDED')).toMatchObject({
    targetBot: 'ChanServ',
    template: ['$1', 'one', '$2-'],
    by: 'ann',
  });
  const listed = (lines: string[]) => lines.slice(1).map((line) => line.split(/ +/)[0]);
  const zero = listed(await bob('SHOWCOMMANDS OpServ 0'));
  expect(zero).toContain('HELP');
  expect(zero).not.toContain('GLINE');
  expect(listed(await bob('SHOWCOMMANDS OpServ 600'))).toEqual(expect.arrayContaining(['HELP', 'GLINE']));
  // Of operators of the network, and of nobody who is not logged in.
  test.join('ABAAC', 'cat');
  const names = listed(await test.ask('ABAAC', 'SHOWCOMMANDS AuthServ', bot('ModCmd')));
  expect(names).toContain('REGISTER');
  expect(names).not.toContain('SET');
  expect(names).toEqual([...names].sort());
});

it('a help bot has commands that were made of its own, goes by another name with them, and takes them along', async () => {
  const help = await TestHelp.start();
  try {
    const mod = (text: string) => help.askBot(OPER, text, 'ModCmd');
    expect(await help.askBot(OWNER, 'BIND Aid done CLOSE $1 solved', 'ModCmd')).toEqual([
      'BIND is for accounts of level 800 and above.',
    ]);
    expect(await mod('BIND aid done CLOSE $1 solved by $2-')).toEqual([
      'Aid does for DONE what Aid does for CLOSE $1 solved by $2-.',
    ]);
    expect(await mod('BIND Aid whois AuthServ.USERINFO')).toHaveLength(1);
    // Its commands know the bot that they are said to.
    for (const text of ['BIND ChanServ done Aid.CLOSE', 'BIND HelpServ done Aid.CLOSE'])
      expect(await mod(text)).toEqual(['A command of Aid is bound on Aid alone.']);
    expect(await mod('BIND Aid close AuthServ.USERINFO')).toEqual(['Aid has a command CLOSE of its own.']);
    expect(await mod('BIND Aid x DANCE')).toEqual(['Aid has no command DANCE.']);
    expect(await mod('COMMAND Ade.DONE')).toEqual([
      expect.stringMatching(/^There is no bot Ade\. There are .*, and help bots\.$/),
    ]);
    expect(await help.owner('WHOIS hal')).toEqual(['hal is logged in to hal.']);
    expect((await help.helper('HELP'))[0]).toMatch(/ DONE .* WHOIS/);

    await help.asker('my key is lost');
    await help.helper('PICKUP 1');
    expect(await help.helper('DONE 1 hal and olga')).toEqual(['Request 1 is closed.']);
    expect(help.net.database.prepare('SELECT reason FROM help_requests WHERE number = 1').pluck().get()).toBe(
      'solved by hal and olga',
    );
    // Whoever does not help there asks, whatever they say.
    await help.asker('DONE 2 nobody');
    expect([...help.bot.requests.all()].map(({ number }) => number)).toEqual([2]);

    expect(await mod('MODCMD Aid.DONE LEVEL 700')).toContain('Its level is set by MODCMD.');
    expect(await help.helper('DONE 2 hal')).toEqual(['DONE is for accounts of level 700 and above.']);
    expect(await help.oper('MOVE Aid Helper')).toEqual([`Aid is Helper on ${CHANNEL}.`]);
    expect(await help.askBot(HELPER, 'DONE 2 hal', 'Helper')).toEqual([
      'DONE is for accounts of level 700 and above.',
    ]);
    expect(await mod('COMMAND Helper.DONE')).toContain('oper made it of Helper.CLOSE $1 solved by $2-.');
    help.net.services.close();
    await help.net.reopen();
    expect(help.net.services.bindings.binding('Helper', 'DONE')).toMatchObject({ targetBot: 'Helper' });
    help.net.link();
    for (const [numeric, nick] of [
      [OPER, 'oper'],
      [HELPER, 'hal'],
    ] as const)
      help.net.join(numeric, nick, `r ${nick}`);
    expect(await help.askBot(HELPER, 'DONE 2 hal', 'Helper')).toEqual([
      'DONE is for accounts of level 700 and above.',
    ]);
    expect(await mod('MODCMD Helper.PICKUP DISABLED on')).toContain('Nobody may use it: it is disabled.');
    expect(await help.askBot(HELPER, 'PICKUP 2', 'Helper')).toEqual([
      expect.stringMatching(/^There is no command PICKUP/),
    ]);

    // One that is made later under its name begins without.
    expect(await help.oper('UNREGISTER Helper CONFIRM')).toHaveLength(1);
    await help.oper('REGISTER Helper #help *hal');
    expect(help.net.services.bindings.size).toBe(0);
    expect(await help.askBot(HELPER, 'DONE 1 x', 'Helper')).toEqual([
      expect.stringMatching(/^There is no command DONE/),
    ]);
    expect(await help.askBot(HELPER, 'PICKUP 1', 'Helper')).toEqual(['No request 1 is open.']);
  } finally {
    help.close();
  }
});

describe('a template', () => {
  it.each([
    [['a', '$1', 'b'], ['x', 'y'], 'a x b'],
    [['$2-'], ['x', 'y', 'z'], 'y z'],
    [['$1$2', 'x$1-'], ['a', 'b'], 'ab xa b'],
    [['$3', 'end'], ['a'], 'end'],
    [['$$1'], ['a'], '$a'],
    [[], ['a', 'b'], 'a b'],
  ])('%j makes of %j: %s', (template, typed, made) => {
    expect(expand(template, typed).join(' ')).toBe(made);
  });

  it('hands on whatever is typed, and every place has a word when enough are typed', () => {
    const word = fc.stringMatching(/^[a-z$]{1,5}$/);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (typed) => {
        expect(expand(['$1-'], typed)).toEqual(typed);
        expect(expand([], typed)).toEqual(typed);
        const template = ['$3', 'x', '$1'];
        if (typed.length >= leastWords(template)) expect(expand(template, typed)).toHaveLength(3);
      }),
    );
    expect([leastWords(['$2-', '$1']), leastWords(['x'])]).toEqual([2, 0]);
    expect([isTemplate(['$1', '$9-', '$x']), isTemplate(['a$0'])]).toEqual([true, false]);
  });
});
