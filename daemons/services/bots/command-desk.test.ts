/** What becomes of a command: who may use it, what is told of it, in which order it is looked at, written down and done, and what ends it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import type { OperatorDeed } from '../../../contract/link/deeds.ts';
import type { DeedAnswer } from '../../runtime/host/deed-ledger.ts';
import { limits } from '../limits.ts';
import type { ViewUser } from '../network/view-parts.ts';
import { TestNetwork } from '../test-network.ts';
import { CommandDesk, killUser, logOutAll, restampUser } from './command-desk.ts';
import { commandsTable, pageTable, whoMayUse } from './command-page.ts';
import type { CommandCall, CommandRow } from './command-row.ts';
import { commandTable } from './command-table.ts';
import { notDone } from './refused-reply.ts';
import { said } from './reply.ts';
import { PLAIN_STYLE } from './reply-lines.ts';
import { BOT_SPECS, ON_DEMAND_SPECS } from './service-bots.ts';

const [ANN, OPER, NOBODY] = ['ABAAA', 'ABAAB', 'ABAAC'] as const;
let net: TestNetwork;
let desk: CommandDesk;
let rows: CommandRow[];
/** What happened, in order. */
let seen: string[];
let failures: string[];
let levels: Map<string, number | null>;
let isDeaf: boolean;
let closed: string | null;
/** What is answered to whoever wants something written down. */
let written: (deed: OperatorDeed) => DeedAnswer | Promise<DeedAnswer>;

const row = (name: string, more: Partial<CommandRow> = {}): CommandRow => ({
  ...{ name, needs: 'anybody', syntax: '', least: 0, most: 0, effect: 'nothing', help: [`Help of ${name}.`] },
  run: () => {
    seen.push(`ran ${name}`);
    return [`${name} is done.`];
  },
  ...more,
});

beforeEach(async () => {
  net = await TestNetwork.start();
  net.join(ANN, 'ann');
  net.join(OPER, 'oper', 'o');
  net.join(NOBODY, 'nobody');
  net.take();
  [rows, seen, failures, isDeaf, closed] = [[], [], [], false, null];
  levels = new Map<string, number | null>([
    [ANN, 100],
    [OPER, 0],
    [NOBODY, null],
  ]);
  written = (deed) => {
    seen.push(`wrote ${deed.command} ${JSON.stringify(deed.args)}`);
    return { mayRun: true, deed: { unwritten: null, end: (ok, what) => seen.push(`${ok} ${what}`) } };
  };
  desk = new CommandDesk({
    clock: net.clock,
    operations: net.services.operations,
    turns: net.services.turns,
    tableOf: () => commandTable('Bot', rows),
    styleOf: () => PLAIN_STYLE,
    catalogues: () => net.catalogues,
    levelOf: ({ numeric }) => levels.get(numeric) ?? null,
    isDeafTo: () => isDeaf,
    closes: () => closed,
    beginDeed: (deed) => written(deed),
    onFailure: (command, error) => failures.push(`${command}: ${String(error)}`),
  });
});
afterEach(() => net.close());

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const bot = () => net.services.bots.byNick('AuthServ')!;
const user = (numeric: string) => net.uplink.view.users.get(numeric)!;
const hears = (numeric: string, text: string) => desk.hear(net.uplink, bot(), user(numeric), text);
async function says(numeric: string, text: string): Promise<string[]> {
  net.take();
  hears(numeric, text);
  await net.quiet();
  return net.notices(numeric);
}

describe('who may use a command', () => {
  it.each<[CommandRow['needs'], string | null, string | null, string | null]>([
    ['anybody', null, null, null],
    ['account', null, null, 'X is for those who are logged in: AUTH <account> <password> first.'],
    ['operator', 'X is for operators of the network.', null, 'X is for operators of the network.'],
    [
      { level: 100 },
      null,
      'X is for accounts of level 100 and above.',
      'X is for those who are logged in: AUTH <account> <password> first.',
    ],
    [
      { level: 0, operator: true },
      'X is for operators of the network.',
      null,
      'X is for operators of the network.',
    ],
    [
      { level: 101 },
      'X is for accounts of level 101 and above.',
      'X is for accounts of level 101 and above.',
      'X is for those who are logged in: AUTH <account> <password> first.',
    ],
  ])('%j', async (needs, ann, oper, nobody) => {
    rows = [row('X', { needs })];
    for (const [numeric, why] of [
      [ANN, ann],
      [OPER, oper],
      [NOBODY, nobody],
    ] as const)
      expect(await says(numeric, 'x'), numeric).toEqual([why ?? 'X is done.']);
    expect(seen).toHaveLength([ann, oper, nobody].filter((why) => why === null).length);
  });

  it('says its words as they are expected, and is found by any of its names', async () => {
    rows = [
      row('GIVE', { aliases: ['HAND'], syntax: '<who> [what]', least: 1, most: 2 }),
      row('ALL', { most: null }),
    ];
    expect(await says(ANN, 'GIVE')).toEqual(['Expected: GIVE <who> [what]']);
    expect(await says(ANN, 'GIVE a b c')).toEqual(['Expected: GIVE <who> [what]']);
    for (const text of ['give a', 'Hand a', 'GIVE a b', '  give   a  '])
      expect(await says(ANN, text)).toEqual(['GIVE is done.']);
    expect(await says(ANN, 'ALL a b c d e f')).toEqual(['ALL is done.']);
    expect(await says(ANN, 'DANCE')).toEqual(['There is no command DANCE. /msg AuthServ HELP lists them.']);
    expect(await says(ANN, 'x'.repeat(40))).toEqual([
      `There is no command ${'X'.repeat(32)}. /msg AuthServ HELP lists them.`,
    ]);
    expect(await says(ANN, '   ')).toEqual([]);
    closed = 'Closed for now.';
    expect(await says(ANN, 'ALL')).toEqual(['Closed for now.']);
    // What they may not do anyway is said first.
    expect(await says(ANN, 'GIVE')).toEqual(['Expected: GIVE <who> [what]']);
    isDeaf = true;
    expect(await says(ANN, 'ALL')).toEqual([]);
  });

  it('may use so many at once, and one more each second', async () => {
    rows = [row('X')];
    for (let time = 0; time < limits.commandBurst.default; time++)
      expect(await says(ANN, 'X')).toEqual(['X is done.']);
    expect(await says(ANN, 'X')).toEqual([]);
    expect(await says(ANN, '\x01PING 1\x01')).toEqual([]);
    expect([seen.length, desk.flooded]).toEqual([limits.commandBurst.default, 1]);
    // Others are not held up by that, and one that is unknown counts as well.
    expect(await says(NOBODY, 'X')).toEqual(['X is done.']);
    await net.clock.advance(1_000);
    expect(await says(ANN, 'nothing')).toHaveLength(1);
    expect(await says(ANN, 'X')).toEqual([]);
  });

  it('is answered by CTCP what programs ask, and nothing else', async () => {
    expect(await says(ANN, '\x01PING 12 34\x01')).toEqual(['\x01PING 12 34\x01']);
    expect(await says(ANN, '\x01VERSION\x01')).toEqual(['\x01VERSION Signalbox services\x01']);
    for (const text of ['\x01TIME\x01', '\x01', '\x01\x01']) expect(await says(ANN, text)).toEqual([]);
    expect(desk.flooded).toBe(0);
  });
});

describe('a command that changes something', () => {
  const changes = (more: Partial<CommandRow> = {}) =>
    row('X', {
      ...{ needs: { level: 100 }, most: null },
      recorded: ({ words }) => ({ what: words.join(' ') }),
      refusal: () => {
        seen.push('looked');
        return null;
      },
      ...more,
    });

  it('is looked at, written down, done, and told', async () => {
    rows = [changes()];
    expect(await says(ANN, 'X a b')).toEqual(['X is done.']);
    expect(seen).toEqual(['looked', 'wrote X {"what":"a b"}', 'ran X', 'true done']);
    seen = [];
    rows = [changes({ deed: 'OTHER' })];
    await says(ANN, 'X');
    expect(seen[1]).toBe('wrote OTHER {"what":""}');
    seen = [];
    rows = [changes({ recorded: () => null })];
    await says(ANN, 'X');
    expect(seen).toEqual(['looked', 'ran X']);
  });

  it('is not done where it is refused, or cannot be written down', async () => {
    rows = [changes({ refusal: async () => 'No.' })];
    expect(await says(ANN, 'X')).toEqual(['No.']);
    expect(seen).toEqual([]);
    rows = [changes()];
    written = () => ({ mayRun: false, refusal: { code: 'audit_unavailable', message: 'The disk is full.' } });
    expect(await says(ANN, 'X')).toEqual(['X was not done: The disk is full.']);
    expect(seen).toEqual(['looked']);
  });

  it('is not done for who lost their level, or left, while it was looked at or written down', async () => {
    const lost = 'X is for accounts of level 100 and above.';
    rows = [
      changes({
        refusal: async () => {
          levels.set(ANN, 99);
          return null;
        },
      }),
    ];
    expect(await says(ANN, 'X')).toEqual([lost]);
    levels.set(ANN, 100);
    rows = [changes()];
    const ends = written;
    written = async (deed) => {
      levels.set(ANN, 99);
      return await ends(deed);
    };
    expect(await says(ANN, 'X')).toEqual([lost]);
    expect(seen).toEqual([
      'looked',
      'wrote X {"what":""}',
      'false not done: whoever asked for it may not do it any more',
    ]);
    levels.set(ANN, 100);
    seen = [];
    written = async (deed) => {
      net.say(`${ANN} Q :bye`);
      return await ends(deed);
    };
    expect(await says(ANN, 'X')).toEqual([]);
    expect(seen.at(-1)).toBe('false not done: whoever asked for it was gone, or had waited too long');
    net.join(ANN, 'ann');
    seen = [];
    rows = [
      changes({
        refusal: async () => {
          net.say(`${ANN} Q :bye`);
          return null;
        },
      }),
    ];
    expect(await says(ANN, 'X')).toEqual([]);
    expect(seen).toEqual([]);
  });

  it.each([
    [
      notDone('conflict', said`${'ann'} has it.`),
      'That was not done: ann has it.',
      'false conflict: ann has it.',
      0,
    ],
    [
      new SignalboxError('not_found', 'There is none.'),
      'That was not done: There is none.',
      'false not_found: There is none.',
      0,
    ],
    [
      new SignalboxError('access_denied', 'Not you.'),
      'That was not done: Not you.',
      'false access_denied: Not you.',
      0,
    ],
    [
      new SignalboxError('bad_request', 'Not so.'),
      'That was not done: Not so.',
      'false bad_request: Not so.',
      0,
    ],
    [
      new SignalboxError('unavailable', 'Not now.'),
      'That was not done: Not now.',
      'false unavailable: Not now.',
      1,
    ],
    [
      new SignalboxError('internal', 'secret'),
      'That was not done: something is wrong with services, and the operators can read what.',
      'false internal: secret',
      1,
    ],
    [
      new Error('secret'),
      'That was not done: something is wrong with services, and the operators can read what.',
      'false internal',
      1,
    ],
  ])(
    'that fails by %s says so, and operators hear of what is wrong here',
    async (error, answer, outcome, failed) => {
      rows = [
        changes({
          run: () => {
            throw error;
          },
        }),
      ];
      const before = net.services.operations.counts.get('x')?.failed ?? 0;
      expect(await says(ANN, 'X')).toEqual([answer]);
      expect(seen.at(-1)).toBe(outcome);
      expect(failures).toEqual(failed === 0 ? [] : [`X: ${String(error)}`]);
      expect((net.services.operations.counts.get('x')?.failed ?? 0) - before).toBe(failed);
    },
  );

  it('that takes too long is given up, and what it says later is said to nobody', async () => {
    let end = () => {};
    const waits = new Promise<void>((resolve) => {
      end = resolve;
    });
    rows = [
      changes({
        refusal: async () => {
          await waits;
          return null;
        },
      }),
    ];
    net.take();
    hears(ANN, 'X');
    await net.clock.advance(limits.contextMs.default + 1_000);
    expect(net.notices(ANN)).toEqual(['X took too long and was given up. Try again later.']);
    end();
    await net.quiet();
    expect([net.notices(ANN), seen]).toEqual([[], []]);
    // More than that at once are not begun.
    rows = [changes({ refusal: () => new Promise(() => {}) })];
    for (let time = 0; time < limits.contextsPerUser.default; time++) hears(ANN, 'X');
    await turn();
    net.take();
    hears(ANN, 'X');
    expect(net.notices(ANN)).toEqual(['Too much is being done at the moment. Try again in a few seconds.']);
    await net.clock.advance(limits.contextMs.default);
  });
});

describe('what a command does to its user', () => {
  const call = async (run: (call: CommandCall) => void) => {
    rows = [
      row('X', {
        most: null,
        run: (given) => {
          run(given);
          return [];
        },
      }),
    ];
    net.take();
    hears(ANN, 'X one two three');
    await net.quiet();
    return net.take();
  };
  const logIn = (account: string, ms: number) => {
    let done: boolean | null = null;
    return call((given) => {
      done = given.logIn(account, ms);
    }).then((sent) => [done, sent]);
  };

  it('knows its words, and from which one on', async () => {
    await call(({ words, from: _from, ...given }) => {
      expect(words).toEqual(['one', 'two', 'three']);
      void given;
    });
    await call((given) => {
      expect([given.from(0), given.from(1), given.from(3), given.stands]).toEqual([
        'one two three',
        'two three',
        '',
        true,
      ]);
    });
  });

  it('logs them in, to another account as well, and again only where that is news', async () => {
    expect(await logIn('ann', 5_999)).toEqual([true, [`AF AC ${ANN} R ann 5`]]);
    expect(user(ANN).account).toBe('ann');
    expect(await logIn('ann', 5_000)).toEqual([true, []]);
    expect(await logIn('ann', 7_000)).toEqual([true, [`AF AC ${ANN} M ann 7`]]);
    expect(await logIn('other', 9_000)).toEqual([true, [`AF AC ${ANN} M other 9`]]);
    restampUser(net.uplink, user(ANN), 'other', 'next', 9_000);
    restampUser(net.uplink, user(ANN), 'other', 'never', 9_000);
    restampUser(net.uplink, user(NOBODY), 'other', 'never', 9_000);
    expect([net.take(), user(ANN).account]).toEqual([[`AF AC ${ANN} M next 9`], 'next']);
    logOutAll(net.uplink, 'next');
    logOutAll(net.uplink, 'next');
    expect([net.take(), user(ANN).account]).toEqual([[`AF AC ${ANN} U`], null]);
  });

  it('logs them in once on ircu, for good', async () => {
    net.close();
    net = await TestNetwork.start('h6', {}, 'ircu');
    net.join(ANN, 'ann');
    expect(await logIn('ann', 5_000)).toEqual([true, [`AF AC ${ANN} ann 5`]]);
    expect(await logIn('ann', 5_000)).toEqual([true, []]);
    expect(await logIn('other', 5_000)).toEqual([false, []]);
    logOutAll(net.uplink, 'ann');
    expect([net.take(), user(ANN).account]).toEqual([[], 'ann']);
  });

  it('is done to nobody who has left, or come in their place', async () => {
    const gone: ViewUser = user(ANN);
    expect(
      await logInAfter(() => {
        net.say(`${ANN} Q :bye`);
        net.join(ANN, 'eve');
      }),
    ).toBe(false);
    expect(user(ANN).account).toBeNull();
    killUser(net.uplink, gone, 'spam');
    expect(net.take()).toEqual([]);
    killUser(net.uplink, user(ANN), 'spam');
    expect([net.take(), net.uplink.view.users.get(ANN)]).toEqual([
      [`AF D ${ANN} :services.test (spam)`],
      undefined,
    ]);
  });

  async function logInAfter(act: () => void): Promise<boolean | null> {
    let done: boolean | null = null;
    await call((given) => {
      act();
      done = given.logIn('ann', 5_000);
    });
    return done;
  }
});

describe('HELP', () => {
  it('lists what there is, and tells of one by any of its names', async () => {
    rows = [
      row('ZOO', { syntax: '<animal>', help: ['Shows it.', 'Or not.'] }),
      row('ADD', { aliases: ['PLUS', 'SUM'], needs: { level: 7 } }),
      row('WHO', { who: 'a friend', needs: { level: 7 } }),
    ];
    expect(await says(ANN, 'HELP')).toEqual([
      'Commands: ADD HELP WHO ZOO',
      '/msg AuthServ HELP <command> tells more of one of them.',
    ]);
    expect(await says(ANN, 'HELP zoo')).toEqual(['ZOO <animal>', 'Shows it.', 'Or not.']);
    for (const name of ['ADD', 'plus', 'Sum'])
      expect(await says(ANN, `HELP ${name}`)).toEqual([
        'ADD (also PLUS, SUM)',
        'Help of ADD.',
        'For accounts of level 7 and above.',
      ]);
    expect((await says(ANN, 'HELP WHO')).at(-1)).toBe('For a friend.');
    expect(await says(ANN, 'HELP help')).toEqual([
      'HELP [command]',
      'Lists the commands, or tells what one of them does.',
    ]);
    expect(await says(ANN, `HELP ${'y'.repeat(40)}`)).toEqual([`There is no command ${'y'.repeat(32)}.`]);
    expect(() => commandTable('Bot', [row('A'), row('B', { aliases: ['A'] })])).toThrow(
      'Bot has two commands A.',
    );
  });

  it('is a table in the docs, where a bar does not end a cell', () => {
    const all = [
      row('B', { syntax: '<a|b>', aliases: ['C'], help: ['One.', 'Two.', 'Three.', 'Four.'] }),
      row('A', { needs: 'operator' }),
    ];
    expect(commandsTable(all).split('\n')).toEqual([
      '| command | who | what it changes | help |',
      '| --- | --- | --- | --- |',
      '| `A` | operators of the network | nothing | Help of A. |',
      '| `B <a\\|b>`, `C` | everybody | nothing | One. Two. Three. |',
    ]);
    expect(pageTable(['x'], [])).toBe('| x |\n| --- |');
    expect(
      (['anybody', 'account', 'operator', { level: 5 }] as const).map((needs) =>
        whoMayUse(row('A', { needs })),
      ),
    ).toEqual([
      'everybody',
      'whoever is logged in',
      'operators of the network',
      'accounts of level 5 and above',
    ]);
    expect(whoMayUse(row('A', { who: 'a friend' }))).toBe('a friend');
  });
});

describe('bots', () => {
  const nicks = () => net.services.bots.bots.map(({ nick }) => nick);

  it('are those that are there always, and one that is there when it is wanted', () => {
    expect(BOT_SPECS.map(({ nick }) => nick)).toEqual(
      'AuthServ NickServ ChanServ HelpServ SpamServ ModCmd OpServ Global'.split(' '),
    );
    expect(ON_DEMAND_SPECS.map(({ nick }) => nick)).toEqual(['SockCheck']);
    expect(nicks()).not.toContain('SockCheck');
    expect(['authserv', 'SOCKCHECK', 'ann'].map((nick) => net.services.bots.isTaken(nick))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('come, are called otherwise, and leave for good', () => {
    const { bots } = net.services;
    const spec = { nick: 'Aid', realname: 'Help of all' };
    const first = bots.add(spec, net.uplink);
    expect(net.take()).toEqual([
      `AF N Aid 1 946684800 Aid services.test +iok AAAAAA ${first.numeric} :Help of all`,
    ]);
    const next = bots.rename(first, 'Helper', net.uplink);
    expect([net.take(), next.numeric, bots.byNick('aid'), bots.byNick('HELPER')]).toEqual([
      [`${first.numeric} N Helper 946684800`],
      first.numeric,
      undefined,
      next,
    ]);
    expect(net.uplink.view.byNick('helper')?.numeric).toBe(first.numeric);
    bots.remove(next, net.uplink, 'over');
    bots.remove(next, net.uplink, 'over');
    expect([net.take(), nicks().includes('Helper')]).toEqual([[`${first.numeric} Q :over`], false]);
    // Nobody gets its numeric, and whoever comes while there is no network is there later.
    const later = bots.add(spec, null);
    expect([later.numeric === first.numeric, net.take()]).toEqual([false, []]);
    expect(bots.rename(later, 'Later', null).nick).toBe('Later');
    bots.remove(bots.byNick('Later')!, null, 'over');
    expect(bots.byNumeric(later.numeric)).toBeUndefined();
    // The first of them as well.
    const [oldest] = bots.bots;
    bots.remove(oldest!, net.uplink, 'over');
    expect([net.take(), bots.bots.includes(oldest!)]).toEqual([[`${oldest!.numeric} Q :over`], false]);
  });

  it('come back when somebody kills them, at once as long as that is not done again and again', async () => {
    const { bots } = net.services;
    const numeric = bot().numeric;
    const kill = () => net.say(`AB D ${numeric} :hub.test (no)`);
    for (let time = 0; time < limits.botReturns.default; time++) {
      kill();
      expect(net.take()).toEqual([expect.stringMatching(new RegExp(`^AF N AuthServ .* ${numeric} :`))]);
    }
    kill();
    expect([net.take(), bots.returned]).toEqual([[], limits.botReturns.default]);
    await net.clock.advance(limits.botReturnMs.default);
    expect(net.take()).toEqual([]);
    await net.pass(12_000);
    expect(net.take()).toContainEqual(expect.stringMatching(/^AF N AuthServ /));
    expect(bots.returned).toBe(limits.botReturns.default + 1);
    // None comes back to a network that is gone.
    kill();
    net.uplink.fail('gone');
    await net.clock.advance(30_000);
    expect(bots.returned).toBe(limits.botReturns.default + 1);
    net.relink();
    // Nothing is waited for any more once services stop.
    for (let time = 0; time <= limits.botReturns.default; time++) kill();
    net.take();
    bots.close();
    await net.pass(30_000);
    expect(net.take().filter((line) => line.includes(' N '))).toEqual([]);
  });
});
