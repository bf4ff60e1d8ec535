/** The link to the network, line by line: how services introduce themselves, what they know of it, and that their bots stay. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { STATUS } from '../../irc/modes.ts';
import { userNumeric } from '../../irc/p10/numeric.ts';
import { BOT_SPECS } from '../bots/service-bots.ts';
import { limits } from '../limits.ts';
import { LineEnd, TestNetwork } from '../test-network.ts';
import { Uplink } from './uplink.ts';

let test: TestNetwork;

beforeEach(async () => {
  test = await TestNetwork.start();
});
afterEach(() => test.close());

it('introduces services and their bots behind the other server, and ends its burst', () => {
  test.end.sent = [];
  test.uplink.fail('again');
  test.end.sent = [];
  test.uplink = new Uplink(
    test.end,
    test.uplink.identity,
    { password: 'linkpw', kind: 'auto' },
    test.services,
    test.clock,
  );
  expect(test.take()).toEqual([
    'PASS :linkpw',
    expect.stringMatching(/^SERVER services\.test 1 1000 \d+ J10 AF\]\]\] \+s6B :Test services$/),
  ]);
  test.say('PASS :linkpw');
  expect(test.take()).toEqual([]);
  test.say('SERVER hub.test 1 900 900 J10 AB]]] +h6 :Hub');
  expect(test.take()).toEqual([
    'AF N AuthServ 1 946684800 AuthServ services.test +iok AAAAAA AFAAA :Accounts of the network',
    'AF N NickServ 1 946684800 NickServ services.test +iok AAAAAA AFAAB :Accounts of the network, by another name',
    ...BOT_SPECS.slice(2).map(({ nick }) => expect.stringContaining(`AF N ${nick} 1 946684800 ${nick} `)),
    'AF EB',
  ]);
  expect([test.uplink.state, test.uplink.kind]).toEqual(['bursting', 'ircu']);
  test.say('AB EB ');
  expect(test.take()).toEqual([
    'AF EA',
    // Whom newer ircu asks for logins by SASL.
    expect.stringMatching(/^AF CF \d+ sasl\.mechanisms :PLAIN,EXTERNAL,SCRAM-SHA-256$/),
    expect.stringMatching(/^AF CF \d+ sasl\.server :services\.test$/),
  ]);
  expect(test.uplink.state).toBe('linked');
});

it('tells a large burst in several turns, and ends it once all is told', () => {
  const told: number[] = [];
  let goneMs = 0;
  const clock = Object.assign(new FakeClock(), { monotonic: () => goneMs });
  const events = {
    *onIntroduced() {
      for (let step = 1; step <= 5; step++) {
        told.push(step);
        goneMs += limits.turnMs.default / 2;
        yield;
      }
    },
    onLinked: () => void told.push(-1),
    onLine() {},
    onEnd() {},
  };
  const open = () => {
    told.length = 0;
    const end = new LineEnd();
    const uplink = new Uplink(end, test.uplink.identity, { password: 'linkpw', kind: 'auto' }, events, clock);
    uplink.take('PASS :linkpw');
    uplink.take('SERVER hub.test 1 900 900 J10 AB]]] +h6 :Hub');
    return { uplink, hasEnded: () => end.sent.includes('AF EB') };
  };
  const { uplink, hasEnded } = open();
  expect([told.length, uplink.telling, hasEnded()]).toEqual([2, true, false]);
  uplink.tell(goneMs + limits.turnMs.default);
  expect([told.length, uplink.telling, hasEnded()]).toEqual([4, true, false]);
  uplink.tell(goneMs + limits.turnMs.default);
  expect([told.length, uplink.telling, hasEnded()]).toEqual([5, false, true]);
  uplink.take('AB EB');
  expect([told, uplink.state]).toEqual([[1, 2, 3, 4, 5, -1], 'linked']);
  // Who hands over a line without waiting has the rest told before it.
  const hasty = open();
  hasty.uplink.take('AB EB');
  expect([told, hasty.hasEnded()]).toEqual([[1, 2, 3, 4, 5, -1], true]);
  const ended = open();
  ended.uplink.fail('over');
  expect([told.length, ended.uplink.telling, ended.hasEnded()]).toEqual([2, false, false]);
});

it.each([
  ['a wrong password', ['PASS :other', 'SERVER hub.test 1 1 1 J10 AB]]] +h :x'], 'the password is wrong'],
  ['its own numeric', ['PASS :linkpw', 'SERVER hub.test 1 1 1 J10 AF]]] +h :x'], 'numeric of services'],
  ['its own name', ['PASS :linkpw', 'SERVER Services.test 1 1 1 J10 AB]]] +h :x'], 'called like the server'],
  ['no introduction', ['AB N x'], 'of AB came before SERVER'],
  ['another protocol', ['PASS :linkpw', 'SERVER hub.test 1 1 1 J09 AB]]] +h :x'], 'is not spoken here'],
])('refuses a server with %s, and says why', (_what, lines, why) => {
  test.uplink.fail('again');
  test.link();
  test.uplink.fail('once more');
  const uplink = new Uplink(
    test.end,
    test.uplink.identity,
    { password: 'linkpw', kind: 'auto' },
    test.services,
    test.clock,
  );
  test.take();
  for (const line of lines) uplink.take(line);
  expect(uplink.state).toBe('ended');
  expect(test.take().at(-1)).toMatch(new RegExp(`^ERROR :Closing Link: .*${why}`));
});

it('knows users, channels and servers as the network tells of them', () => {
  test.join('ABAAA', 'ann', 'r ann:900');
  test.join('ABAAB', 'bob');
  test.say(
    'AB S leaf.test 2 900 900 P10 AC]]] +6 :Leaf',
    'AC N cat 2 951 ~cat cat.example.net AKAAAC ACAAA :Cat',
    'AB B #tea 940 +ntk key ABAAA:o,ACAAA:v :%*!*@bad.example.net',
  );
  const { view } = test.uplink;
  const tea = view.findChannel('#TEA')!;
  const called = new Map<number, string>([
    [STATUS.op, 'op'],
    [STATUS.voice, 'voice'],
  ]);
  const members = () =>
    [...tea.members].map(([{ nick }, status]) => `${nick} ${called.get(status) ?? status}`);
  expect(members()).toEqual(['ann op', 'cat voice']);
  expect([[...tea.modes.keys()].join(''), tea.modes.get('k'), [...tea.bans]]).toEqual([
    'ntk',
    'key',
    ['*!*@bad.example.net'],
  ]);
  expect([...view.loggedIn('ANN')].map(({ nick }) => nick)).toEqual(['ann']);
  test.say(
    'ABAAB J #tea 940',
    'ABAAA M #tea +o-v ABAAB ACAAA 940',
    'ABAAB N bert 960',
    'ABAAA T #tea 940 960 :drink',
  );
  expect(members()).toEqual(['ann op', 'cat 0', 'bert op']);
  expect([view.byNick('bob'), view.byNick('BERT')?.numeric, tea.topic]).toEqual([
    undefined,
    'ABAAB',
    'drink',
  ]);
  // Older than all that was known: nobody keeps what they had.
  test.say('AC B #tea 930 +n ACAAA:o');
  expect([members(), [...tea.bans], tea.createdSeconds]).toEqual([['ann 0', 'cat op', 'bert 0'], [], 930]);
  test.say('ABAAA K #tea ABAAB :out', 'ABAAA L #tea');
  expect(members()).toEqual(['cat op']);
  test.say('AB SQ leaf.test 0 :gone');
  expect([view.findChannel('#tea'), view.users.has('ACAAA'), view.servers.has('AC')]).toEqual([
    undefined,
    false,
    false,
  ]);
  test.say('ABAAB Q :bye', 'AB AC ABAAA U');
  expect([view.users.size, view.loggedIn('ann').size]).toEqual([BOT_SPECS.length + 1, 0]);
});

it('knows who users are, in UTF-8 or not, and where they are by now', () => {
  test.say(
    'AB N ann 1 951 ~j\xf6 ann.example.net +ir Ann:900 AKAAAC ABAAA :J\xc3\xbcrg x',
    'AB N bob 1 951 bob bob.example.net AABAAC_AAB ABAAB :',
  );
  const { users } = test.uplink.view;
  const known = (numeric: string) => {
    const { username, host, address, realname, account, accountSeconds, isOperator } = users.get(numeric)!;
    return [username, host, address, realname, account, accountSeconds, isOperator];
  };
  expect(known('ABAAA')).toEqual(['~j\xf6', 'ann.example.net', '10.0.0.2', 'Jürg x', 'Ann', 900, false]);
  expect(known('ABAAB')).toEqual(['bob', 'bob.example.net', '1:2::1', '', null, 0, false]);
  test.say('AB BH ABAAA other.example.net', 'ABAAA BN :Somebody', 'ABAAA M ann +o');
  expect(known('ABAAA')).toEqual(['~j\xf6', 'other.example.net', '10.0.0.2', 'Somebody', 'Ann', 900, true]);
  const { host, realname } = users.get('AFAAA')!;
  expect([host, realname]).toEqual(['services.test', 'Accounts of the network']);
});

it('finds everybody of a crowd by numeric and nick while they come and go, and nobody else', () => {
  const { view } = test.uplink;
  const bots = view.users.size;
  const crowd = Array.from({ length: 3_000 }, (_, index) => ({
    numeric: userNumeric(index % 2 === 0 ? 'AB' : 'AC', index * 7),
    nick: `Crowd${index}`,
  }));
  test.say('AB S leaf.test 2 900 900 P10 AC]]] +6 :Leaf');
  for (const { numeric, nick } of crowd)
    test.say(`${numeric.slice(0, 2)} N ${nick} 1 950 u host.example.net +i AKAAAB ${numeric} :Real`);
  expect(crowd.every(({ numeric, nick }) => view.byNick(nick.toUpperCase())?.numeric === numeric)).toBe(true);
  expect([view.users.size - bots, [...view.users.values()].length - bots]).toEqual([3_000, 3_000]);
  for (const wrong of ['AB', 'ABAAAA', 'AB AA', '', userNumeric('AB', 1), userNumeric('AD', 0)])
    expect(view.users.get(wrong)).toBeUndefined();
  test.say('AB SQ leaf.test 0 :gone', `${crowd[0]!.numeric} Q :bye`, `${crowd[2]!.numeric} N other 1000`);
  const left = crowd.filter((_, index) => index % 2 === 0).slice(2);
  expect(view.users.size - bots).toBe(left.length + 1);
  expect(left.every(({ numeric, nick }) => view.byNick(nick)?.numeric === numeric)).toBe(true);
  expect([view.byNick('crowd0'), view.byNick('Crowd1'), view.byNick('crowd2')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(view.byNick('OTHER')?.numeric).toBe(crowd[2]!.numeric);
});

it('takes whoever has a numeric next for somebody else', () => {
  test.join('ABAAA', 'ann');
  const { view } = test.uplink;
  const ann = view.users.get('ABAAA')!;
  expect(view.resolve(ann)).toBe(ann);
  test.say('ABAAA Q :bye');
  test.join('ABAAA', 'eve');
  expect([view.resolve(ann), ann.gone, view.users.get('ABAAA')?.nick]).toEqual([null, true, 'eve']);
});

it('has its bots back when they are killed, at once until that happens again and again', async () => {
  const back = 'AF N AuthServ 1 946684800 AuthServ services.test +iok AAAAAA AFAAA :Accounts of the network';
  for (let i = 0; i < 5; i++) {
    test.say(i === 0 ? 'ABAAA D AFAAA :hub.test!ann (off)' : 'AB D AFAAA :hub.test (off)');
    expect(test.take()).toEqual([back]);
  }
  test.say('AB D AFAAA :hub.test (off)');
  expect(test.take()).toEqual([]);
  await test.clock.advance(12_000);
  expect(test.take()).toEqual([back]);
  expect(test.services.bots.returned).toBe(6);
});

it('answers pings, ends where nothing is heard, and forgets the network then', async () => {
  test.say('AB G !1000.5 services.test 1000.5', 'AB G :hub.test');
  expect(test.take()).toEqual([
    expect.stringMatching(/^AF Z AF !1000\.5 1000\.5 \d+ \d+\.\d{6}$/),
    'AF Z AF AB',
  ]);
  await test.clock.advance(45_000);
  expect(test.take()).toEqual(['AF G AF']);
  test.say('AB Z AB AF');
  await test.clock.advance(45_000);
  await test.clock.advance(45_000);
  expect(test.take().at(-1)).toMatch(/^AF SQ services\.test 0 :nothing was heard/);
  expect([test.uplink.state, test.end.closed, test.services.view]).toEqual(['ended', true, null]);
});

it('answers what users ask services as a server', () => {
  test.join('ABAAA', 'ann');
  test.say('ABAAA W AF :AuthServ', 'ABAAA V :AF', 'ABAAA R u :AF');
  expect(test.take()).toEqual([
    'AF 311 ABAAA AuthServ AuthServ services.test * :Accounts of the network',
    'AF 312 ABAAA AuthServ services.test :Test services',
    'AF 313 ABAAA AuthServ :is a service of the network',
    'AF 318 ABAAA AuthServ :End of /WHOIS list.',
    'AF 351 ABAAA signalbox-services services.test :Signalbox services',
    'AF 219 ABAAA u :End of /STATS report',
  ]);
});
