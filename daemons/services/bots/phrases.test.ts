/**
 * Whatever bots answer comes out of the catalogue of whoever reads it. All commands of all bots are said with words of many kinds, by
 * somebody who may do everything and by somebody who may do nothing, whose language marks whatever it is asked for.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestNetwork } from '../test-network.ts';
import { Catalogues } from './catalogues.ts';

/** Says every text, between marks. */
class Marking extends Map<string, string> {
  readonly asked = new Set<string>();

  override get(text: string): string {
    this.asked.add(text);
    return `~(${text})~`;
  }
}

const [ROOT, NOBODY] = ['ABAAA', 'ABAAB'];
/** Nothing that bots know themselves has this in it. */
const ROOM = '#qzroom';
const HELP = '#qzhelp';

let net: TestNetwork;
const marking = new Marking();

beforeAll(async () => {
  net = await TestNetwork.start();
  net.join(ROOT, 'qzroot', 'o');
  net.join(NOBODY, 'qznobody');
  for (const [numeric, name] of [
    [ROOT, 'qzroot'],
    [NOBODY, 'qznobody'],
  ] as const)
    await net.ask(numeric, `REGISTER ${name} correct-horse`);
  await net.level('qzroot', 1_000);
  net.say(`${ROOT} C ${ROOM},${HELP} 960`, `${NOBODY} J ${ROOM} 960`);
  await ask(ROOT, `REGISTER ${ROOM}`, 'ChanServ');
  await ask(ROOT, `REGISTER ${ROOM}`, 'SpamServ');
  await ask(ROOT, `REGISTER QzAid ${HELP} *qzroot`, 'HelpServ');
  net.catalogues = new Catalogues([
    { code: 'xx', name: 'Marks', texts: marking },
    { code: 'yy', name: 'Nothing', texts: new Map() },
  ]);
  for (const numeric of [ROOT, NOBODY]) {
    await ask(numeric, 'SET STYLE CLEAN', 'AuthServ');
    await ask(numeric, 'SET LANGUAGE xx', 'AuthServ');
  }
});
afterAll(() => net.close());

/** What a bot answers, however fast it is asked. */
async function ask(numeric: string, text: string, nick: string): Promise<string[]> {
  await net.clock.advance(2_000);
  net.say('AB Z AB :AF');
  const bot = net.services.bots.byNick(nick)?.numeric;
  return bot === undefined ? [] : await net.ask(numeric, text, bot);
}

/** What is left of lines without what the catalogue said, and without the cells of tables. */
function unmarked(lines: readonly string[]): string[] {
  let text = lines.join('\n');
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/~\((?:(?!~\(|\)~)[\s\S])*\)~/g, '');
  }
  return text.split('\n').filter((line) => line.trim() !== '' && !/^(: [^;]*(; )?)+$/.test(line));
}

const GUEST = 'QzAid';
/** Not said with anything here: nobody would hear the rest. */
const ENDS_THE_LINK: readonly string[] = ['RECONNECT'];

const WORDS = [
  '',
  ROOM,
  `${ROOM} qznobody`,
  `${ROOM} *qznobody 100`,
  `${ROOM} qzword some more`,
  'qznobody',
  '*qznobody',
  'qznobody 1h qzreason',
  '*!*@qz.example.net 1h qzreason',
  'qzone qztwo qzthree qzfour',
  '1',
];

/** The bots that there are, with their commands. */
function bots(): { readonly nick: string; readonly names: readonly string[] }[] {
  // NickServ is AuthServ by another name.
  return net.services.bots.bots
    .filter(({ nick }) => nick !== 'NickServ')
    .map(({ nick }) => ({ nick, names: [...net.services.tableOf(nick).keys()] }));
}

it('says every phrase of every bot in the language of its reader', async () => {
  const nicks = bots().map(({ nick }) => nick);
  expect(nicks).toEqual(expect.arrayContaining(['ChanServ', 'OpServ', 'Global', 'HelpServ']));
  expect(nicks).toEqual(expect.arrayContaining(['SpamServ', 'ModCmd', GUEST]));
  const left: [string, string[]][] = [];
  const silent: string[] = [];
  const say = async (numeric: string, nick: string, words: string) => {
    const lines = await ask(numeric, words, nick);
    const found = unmarked(lines);
    if (found.length > 0) left.push([`${nick}: ${words}`, found]);
    return lines;
  };
  for (const [numeric, some] of [
    [NOBODY, WORDS.slice(0, 3)],
    [ROOT, WORDS],
  ] as const)
    for (const { nick, names } of bots())
      for (const name of names) {
        // Whatever somebody says to a help bot who does not help there is their request.
        if (numeric === NOBODY && nick === GUEST) continue;
        if ((await say(numeric, nick, `HELP ${name}`)).length === 0) silent.push(`${nick}: ${name}`);
        for (const words of ENDS_THE_LINK.includes(name) ? [] : some)
          await say(numeric, nick, `${name} ${words}`.trim());
      }
  expect(left).toEqual([]);
  expect(silent).toEqual([]);
  // What stands in a phrase is not part of it: nobody could translate that.
  expect([...marking.asked].filter((text) => /qz/i.test(text))).toEqual([]);
});

it('says in English what a language lacks, and the rest in it', async () => {
  const answers = async (language: string) => {
    await ask(ROOT, `SET LANGUAGE ${language}`, 'AuthServ');
    const said: [string, string[]][] = [];
    for (const { nick, names } of bots())
      for (const name of names.slice(0, 12))
        said.push([`${nick} ${name}`, await ask(ROOT, `HELP ${name}`, nick)]);
    return said;
  };
  const english = await answers('en');
  expect(await answers('yy')).toEqual(english);
  const one = new Map([['For accounts of level {0} and above.', 'Nivo {0}.']]);
  net.catalogues = new Catalogues([{ code: 'zz', name: 'One phrase', texts: one }]);
  const some = await answers('zz');
  const expected = english.map(([name, lines]) => [
    name,
    lines.map((line) => line.replace(/^For accounts of level (\d+) and above\.$/, 'Nivo $1.')),
  ]);
  expect(some).toEqual(expected);
  expect(some).not.toEqual(english);
});
