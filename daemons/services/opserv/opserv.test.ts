/** Commands of OpServ and Global: who may use them, what they change, and what is told; and what OpServ does by itself. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STATUS } from '../../irc/modes.ts';
import { encodeAddress } from '../../irc/p10/address.ts';
import { userNumeric } from '../../irc/p10/numeric.ts';
import { TalkReader, writeTalk } from '../../irc/p10/talk-line.ts';
import { WRITTEN_AT_ONCE } from './sliced.ts';
import { NUMERICS, type Operators, startOperators, type Who } from './test-operators.ts';

let net: Operators;
beforeEach(async () => {
  net = await startOperators();
});
afterEach(() => net.test.close());

const says = (who: Who, text: string, bot?: string) => net.says(who, text, bot);
const deeds = () => net.test.deeds.map(({ deed, outcome }) => [deed.command, deed.args, outcome]);
const nickOf = (numeric: string) => net.test.uplink.view.users.get(numeric)?.nick;

/** Every command that changes something, used well enough to be refused for its level alone, and the level below. */
const CHANGING: readonly (readonly [command: string, least: number])[] = [
  ['GLINE *@bad.test 1h spam', 600],
  ['UNGLINE *@bad.test', 600],
  ['SHUN *@bad.test 1h spam', 600],
  ['UNSHUN *@bad.test', 600],
  ['BLOCK ann', 100],
  ['TRACE COUNT', 100],
  ['ADDTRUST 10.9.0.0/16 20 0 school', 800],
  ['EDITTRUST 10.9.0.0/16 20 0 school', 800],
  ['DELTRUST 10.9.0.0/16', 800],
  ['JOIN #tea', 601],
  ['PART #tea', 601],
  ['MODE #tea +m', 100],
  ['OP #tea ann', 100],
  ['DEOP #tea ann', 100],
  ['KICK #tea ann', 100],
  ['BAN #tea ann', 100],
  ['CLEARMODES #tea', 400],
  ['DEOPALL #tea', 400],
  ['KICKALL #tea', 400],
  ['CSEARCH COUNT', 100],
  ['REHASH', 900],
  ['RESTART tea', 900],
  ['DIE tea', 900],
  ['RECONNECT', 900],
  ['JUPE bad.test 1h broken', 900],
  ['UNJUPE bad.test', 900],
  ['RAW AF WA :tea', 999],
  ['ADDALERT tea NOTICE NICK tea*', 800],
  ['DELALERT tea', 800],
  ['GAG tea!*@* 1h noise', 600],
  ['UNGAG tea!*@*', 600],
  ['ADDBAD crumpet', 800],
  ['DELBAD crumpet', 800],
  ['ADDEXEMPT #tea', 800],
  ['DELEXEMPT #tea', 800],
  ['RESERVE tea tea tea.test kept', 800],
  ['UNRESERVE tea', 800],
  ['DEFCON 4', 900],
  ['REFRESHG', 600],
];

describe('who may use what', () => {
  it.each(CHANGING)('%s is for operators of level %i and above', async (text, least) => {
    const [name] = text.split(' ');
    const { opserv } = net.test.services;
    const before = JSON.stringify([...opserv.bans.kept()]);
    expect(await says('ann', text)).toEqual([`${name} is for operators of the network.`]);
    expect(await says('idle', text)).toEqual([`${name} is for operators of the network.`]);
    expect(await says('bare', text)).toEqual([
      `${name} is for those who are logged in: AUTH <account> <password> first.`,
    ]);
    await net.test.level('low', least - 1);
    expect(await says('low', text)).toEqual([`${name} is for accounts of level ${least} and above.`]);
    expect([net.test.deeds, JSON.stringify([...opserv.bans.kept()])]).toEqual([[], before]);
    await net.test.level('low', least);
    for (const line of await says('low', text)) expect(line).not.toMatch(/is for (accounts|operators)/);
  });

  it.each(['ACCESS', 'WHOIS ann', 'STATS NETWORK', 'CHANINFO #tea'])(
    '%s is for operators of the network',
    async (text) => {
      const [name] = text.split(' ');
      for (const who of ['ann', 'idle'] as const)
        expect(await says(who, text)).toEqual([`${name} is for operators of the network.`]);
      for (const line of await says('bare', text)) expect(line).not.toMatch(/is for/);
    },
  );

  it.each(['NOTICE all tea', 'MESSAGE TEXT tea', 'LIST', 'REMOVE 1'])(
    'Global %s is for operators of the network',
    async (text) => {
      const [name] = text.split(' ');
      expect(await says('ann', text, 'Global')).toEqual([`${name} is for operators of the network.`]);
      for (const line of await says('low', text, 'Global')) expect(line).not.toMatch(/is for/);
    },
  );

  it('what cannot be written down is not done', async () => {
    net.test.unwritable = 'The disk is full.';
    expect(await says('root', 'GLINE *@bad.test 1h spam')).toEqual(['GLINE was not done: The disk is full.']);
    expect(await says('root', 'DEFCON 3')).toEqual(['DEFCON was not done: The disk is full.']);
    expect(net.test.services.opserv.bans.inForce('gline')).toEqual([]);
    expect(net.test.services.opserv.defcon.level).toBe(5);
  });
});

describe('bans of the network', () => {
  it('GLINE tells the network, says whom it covers, and is in the audit trail', async () => {
    const { test } = net;
    const { seconds } = test;
    expect(await net.sends('mid', 'GLINE *@ann.example.net 1h sells watches')).toEqual([
      `AF GL * +*@ann.example.net 3600 ${seconds} ${seconds + 3_600} :sells watches`,
    ]);
    expect(deeds()).toEqual([
      ['GLINE', { mask: '*@ann.example.net', time: '1h', reason: 'sells watches' }, 'done'],
    ]);
    expect(test.deeds[0]!.deed.actor).toBe('mid!~mid@mid.example.net (account mid, level 600)');
    expect(await says('mid', 'GLINE *@ANN.example.net 2h still')).toEqual([
      expect.stringMatching(
        /^The G-line for \*@ANN\.example\.net is set until .* UTC\. It covers 1 users\.$/,
      ),
    ]);
    expect(test.services.opserv.bans.inForce('gline')).toMatchObject([{ reason: 'still', by: 'mid' }]);
    expect(await says('low', 'WHOIS ann')).toContainEqual(
      expect.stringMatching(/^Under the G-line \*@ANN\.example\.net, set by mid until .*: still$/),
    );
    expect(await net.sends('mid', 'UNGLINE *@ann.example.net')).toEqual([
      expect.stringMatching(/^AF GL \* -\*@ann\.example\.net 7200 \d+ \d+ :still$/),
    ]);
    expect(await says('mid', 'UNGLINE *@ann.example.net')).toEqual([
      'There is no G-line for *@ann.example.net.',
    ]);
  });

  it.each([
    ['GLINE *@* 1h x', /^That is refused: \*@\* would ban everybody\.$/],
    ['GLINE *@bad.test soon x', 'soon is no time: expected one such as 30m, 12h or 7d.'],
    ['GLINE *@bad.test 0 x', '0 is no time: expected one such as 30m, 12h or 7d.'],
    ['GLINE *@*.example.net 1h x', /^That mask covers (high|top|root|idle), who is above you\.$/],
    ['SHUN *@*.example.net 1h x', /^That mask covers (high|top|root|idle), who is above you\.$/],
    ['GLINE *@bad.test 1h', 'Expected: GLINE <user@host> <time> <reason>'],
    [`GLINE *@bad.test 1h ${'x'.repeat(251)}`, 'A reason has up to 250 bytes.'],
    ['UNSHUN *@bad.test', 'There is no shun for *@bad.test.'],
    ['BLOCK nobody', 'Nobody is called nobody.'],
    ['BLOCK OpServ', 'OpServ is a service of the network.'],
    ['BLOCK low', 'low, or somebody from the same address, is an operator.'],
    ['BLOCK root', 'root, or somebody from the same address, is above you.'],
    ['TRACE GLINE', 'TRACE GLINE needs a criterion: it would be done to everybody.'],
    ['TRACE DANCE NICK a', /^TRACE is PRINT, COUNT, DOMAINS, PREVIEW, NOTICE, /],
    ['TRACE NOTICE NICK a*', 'NOTICE needs a REASON, which is what they read.'],
    ['TRACE PRIVMSG NICK a*', 'PRIVMSG needs a REASON, which is what they read.'],
    ['TRACE COUNT HAT red', /^There is no criterion HAT\./],
    ['GAG *!*@* 1h x', '*!*@* would cover everybody.'],
    ['GAG r*!*@* 1h x', 'That mask covers root, who is above you.'],
    ['GAG a!*@* soon x', 'soon is no time: expected one such as 30m, 12h or 7d.'],
    ['UNGAG a!*@*', 'a!*@* is not gagged.'],
  ] as const)('%s is refused with what is wrong', async (text, answer) => {
    await net.test.level('low', 600);
    await net.test.level('mid', 600);
    expect(await says('mid', text)).toEqual([
      typeof answer === 'string' ? answer : expect.stringMatching(answer),
    ]);
    expect([
      net.test.deeds,
      [...net.test.services.opserv.bans.kept()],
      net.test.services.opserv.lists.gags.all(),
    ]).toEqual([[], [], []]);
  });

  it('BLOCK bans an address for the usual time; another one is for who may use GLINE', async () => {
    const { opserv } = net.test.services;
    expect(await says('low', 'BLOCK ann 5m no')).toEqual([
      'Another time than 1h is for accounts of level 600 and above.',
    ]);
    expect(await says('low', 'BLOCK ann flooding')).toEqual([
      expect.stringMatching(/^The G-line for \*@10\.0\.0\.1 is set until .*It covers 1 users\.$/),
    ]);
    const [ban] = opserv.bans.inForce('gline');
    expect([ban!.reason, ban!.expiresMs - net.test.clock.now()]).toEqual(['flooding', 3_600_000]);
    // Whoever sits beside an operator, or behind a trust, is not hit.
    net.connect('ABAAI', 'eve', { address: 'AKAAAE' });
    net.connect('ABAAJ', 'pupil', { address: 'AKAAAY' });
    await says('high', 'ADDTRUST 10.0.0.24 20 0 school');
    expect(await says('low', 'BLOCK eve')).toEqual(['eve, or somebody from the same address, is above you.']);
    expect(await says('low', 'BLOCK pupil')).toEqual(['pupil comes from an address that is trusted.']);
    expect(await says('mid', 'BLOCK bare 5m')).toEqual([
      'bare, or somebody from the same address, is an operator.',
    ]);
  });

  it('SHUN is told to servers that know shuns', async () => {
    const { seconds } = net.test;
    expect(await net.sends('mid', 'SHUN *@ann.example.net 1h noise')).toEqual([
      `AF SU * +*@ann.example.net 3600 ${seconds} ${seconds + 3600} :noise`,
    ]);
  });

  it('bots do not hear who is shunned, where servers know no shuns', async () => {
    await net.test.close();
    net = await startOperators('h6');
    expect(await says('mid', 'SHUN *@ann.example.net 1h noise')).toEqual([
      expect.stringMatching(/Servers here know none: bots do not hear 1 users\.$/),
    ]);
    expect(await says('ann', 'STATUS', 'AuthServ')).toEqual([]);
    await says('mid', 'UNSHUN *@ann.example.net');
    expect(await says('ann', 'STATUS', 'AuthServ')).not.toEqual([]);
    expect(net.test.take().filter((line) => / (SU|GL) /.test(line))).toEqual([]);
  });

  it('JUPE keeps a server off, but not the one by which services are linked', async () => {
    const { seconds } = net.test;
    expect(await net.sends('top', 'JUPE bad.test 1d broken')).toEqual([
      `AF JU * +bad.test 86400 ${seconds} :broken`,
    ]);
    expect(await says('top', 'JUPE hub.test 1d broken')).toEqual([
      'Services would lose the network by that.',
    ]);
    expect(await says('top', 'JUPE services.test 1d x')).toEqual([
      'Services would lose the network by that.',
    ]);
    expect(await says('top', 'JUPE bad.test 8d broken')).toEqual(['A jupe lasts a week at most.']);
    expect(await says('top', 'JUPE nodots 1d x')).toEqual([
      'That is refused: nodots is no name of a server.',
    ]);
    expect(await net.sends('top', 'UNJUPE bad.test')).toEqual([
      expect.stringMatching(/^AF JU \* -bad\.test /),
    ]);
    expect(await says('top', 'UNJUPE bad.test')).toEqual(['There is no jupe for bad.test.']);
  });

  it('what the network says is kept where it is newer, and what is older is set right; a new network is told all', async () => {
    const { test } = net;
    await says('mid', 'GLINE *@bad.test 1h spam');
    const { changedSeconds } = test.services.opserv.bans.inForce('gline')[0]!;
    test.take();
    test.say(`AB GL * -*@bad.test 3600 ${changedSeconds - 1} :old`);
    expect(test.take()).toEqual([expect.stringMatching(/^AF GL \* \+\*@bad\.test /)]);
    test.say(
      `AB GL * -*@bad.test 3600 ${changedSeconds + 1} :over`,
      `AB GL * +*@new.test 60 ${changedSeconds} :new`,
    );
    expect(test.take()).toEqual([]);
    expect(test.services.opserv.bans.inForce('gline').map(({ mask, by }) => [mask, by])).toEqual([
      ['*@new.test', 'hub.test'],
    ]);
    // For one server alone, or without a time, it says nothing.
    test.say(`AB GL AF +*@one.test 60 ${changedSeconds} :x`, 'AB GL * +*@zero.test 60 0 :x');
    await test.quiet();
    expect(test.services.opserv.bans.size).toBe(2);
    test.uplink.fail('test');
    const { end } = test;
    test.link();
    expect(test.end).not.toBe(end);
    await test.reopen();
    test.link();
    expect(test.burst.filter((line) => line.includes(' GL '))).toEqual([
      expect.stringMatching(/^AF GL \* -\*@bad\.test /),
      expect.stringMatching(/^AF GL \* \+\*@new\.test /),
    ]);
  });

  it('REFRESHG has each G-line told as if it were new', async () => {
    await says('mid', 'GLINE *@bad.test 1h spam');
    await says('mid', 'GLINE *@worse.test 1h spam');
    const sent = await net.sends('mid', 'REFRESHG');
    expect(sent.map((line) => line.split(' ')[3])).toEqual(['+*@bad.test', '+*@worse.test']);
    expect(net.test.services.opserv.bans.inForce('gline').map(({ by }) => by)).toEqual(['mid', 'mid']);
  });
});

describe('TRACE', () => {
  beforeEach(() => {
    for (let i = 0; i < 3; i++) net.connect(`ABAB${'ABC'[i]}`, `bot${i}`, { address: `AKAAB${'ABC'[i]}` });
    net.connect('ABABD', 'botop', { address: 'AKAABD', modes: 'io' });
  });

  it('lists, counts, and says where they come from', async () => {
    expect(await says('low', 'TRACE COUNT NICK bot*')).toEqual(['4 users meet that.']);
    const listed = await says('low', 'TRACE PRINT NICK bot? LIMIT 2');
    expect(listed[0]).toMatch(/^Nick\s+Host\s+Address\s+Account$/);
    expect(listed.slice(1, 3).map((line) => line.split(/\s+/).slice(0, 3))).toEqual([
      ['bot0', '~bot0@bot0.example.net', '10.0.0.64'],
      ['bot1', '~bot1@bot1.example.net', '10.0.0.65'],
    ]);
    expect(listed[3]).toBe('1 more meet that.');
    expect(await says('low', 'TRACE PRINT NICK nobody')).toEqual(['Nobody meets that.']);
    expect(await says('low', 'TRACE DOMAINS NICK bot*')).toEqual([
      expect.stringMatching(/^From\s+Users$/),
      expect.stringMatching(/^example\.net\s+4$/),
    ]);
    expect(deeds()).toEqual([]);
  });

  it('does to whoever is not spared what the preview said', async () => {
    expect(await says('low', 'TRACE KILL NICK bot*')).toEqual([
      'TRACE KILL is for accounts of level 600 and above.',
    ]);
    expect(await says('mid', 'TRACE PREVIEW KILL MASK *!*@*.example.net')).toEqual([
      '12 users meet that. KILL would hit 4; spared are 4 operators or beside one, 4 above you, 0 trusted, 0 services.',
    ]);
    expect(nickOf('ABABA')).toBe('bot0');
    expect(await net.sends('mid', 'TRACE KILL NICK bot* REASON robots')).toEqual([
      'AF D ABABA :services.test (robots)',
      'AF D ABABB :services.test (robots)',
      'AF D ABABC :services.test (robots)',
    ]);
    expect([nickOf('ABABA'), nickOf('ABABD')]).toEqual([undefined, 'botop']);
    expect(deeds()).toEqual([['TRACE', { action: 'KILL', criteria: 'NICK bot* REASON robots' }, 'done']]);
    expect(await says('mid', 'TRACE KILL NICK botop ABUSE opers')).toEqual([
      '1 users meet that; KILL was done to 1, and 0 were spared.',
    ]);
    // Whoever is above is spared whatever is said.
    expect(await says('mid', 'TRACE KILL NICK root ABUSE opers')).toEqual([
      '1 users meet that; KILL was done to 0, and 1 were spared.',
    ]);
  });

  it('bans each address once, and no trusted one', async () => {
    net.connect('ABABE', 'bot4', { address: 'AKAABA' });
    await says('high', 'ADDTRUST 10.0.0.65 9 0 lab');
    expect(await says('mid', 'TRACE GLINE NICK bot* DURATION 2h REASON robots')).toEqual([
      '5 users meet that; GLINE was done to 3, and 2 were spared.',
    ]);
    const bans = () =>
      net.test.services.opserv.bans.inForce('gline').map(({ mask, reason }) => [mask, reason]);
    expect(bans()).toEqual([
      ['*@10.0.0.64', 'robots'],
      ['*@10.0.0.66', 'robots'],
    ]);
    await says('mid', 'TRACE GLINE NICK bot1 ABUSE trusted');
    expect(bans()).toHaveLength(3);
  });

  it('bans many in parts, each of them told once it is written', async () => {
    const { test } = net;
    const many = 2 * WRITTEN_AT_ONCE + 1;
    const numeric = (user: number) => userNumeric('AB', 5_000 + user);
    // The last one is a clone of the first, and is gone with them by the ban.
    for (let user = 0; user < many; user++) {
      const groups = Uint16Array.of(0, 0, 0, 0, 0, 0xffff, 0x0a01, user % (many - 1));
      net.connect(numeric(user), `many${user}`, { address: encodeAddress(groups) });
    }
    const { end, writes } = test;
    let told = 0;
    const toldBy = new Map<number, number>();
    end.send = (line) => {
      end.sent.push(line);
      if (!line.includes(' GL * +*@10.1.')) return;
      if (told++ === 0) test.say(`${numeric(many - 1)} Q :G-lined`);
      toldBy.set(writes.committed, told);
    };
    expect(await says('mid', `TRACE GLINE NICK many* LIMIT ${many} REASON robots`)).toEqual([
      `${many} users meet that; GLINE was done to ${many}, and 0 were spared.`,
    ]);
    expect([...toldBy.values()]).toEqual([WRITTEN_AT_ONCE, many - 1]);
    expect(test.services.opserv.bans.inForce('gline')).toHaveLength(many - 1);
  });

  it('gags, notices and messages', async () => {
    await says('mid', 'TRACE GAG NICK bot1 DURATION 1h');
    expect(net.test.services.opserv.lists.gags.all()).toMatchObject([
      { mask: '*!*@bot1.example.net', by: 'mid' },
    ]);
    net.test.take();
    expect(await net.sends('low', 'TRACE PRIVMSG NICK bot? REASON please leave')).toEqual(
      ['ABABA', 'ABABB', 'ABABC'].map((numeric) => `${net.bot('OpServ')} P ${numeric} :please leave`),
    );
  });

  it('CSEARCH finds channels', async () => {
    net.test.say('ABABA C #robots 100', 'ABABB J #robots 100', 'ABABC C #tea 1699999999');
    net.test.say('ABABA T #robots 100 101 :we are robots', 'ABABA M #robots +k secret 100');
    expect(await says('low', 'CSEARCH PRINT NAME #ro* TOPIC *robots USERS >1')).toEqual([
      expect.stringMatching(/^Channel\s+Users\s+Modes\s+Topic$/),
      expect.stringMatching(/^#robots\s+2\s+\+k\s+we are robots$/),
      '1 channels meet that.',
    ]);
    expect(await says('low', 'CSEARCH COUNT TIMESTAMP <1d')).toEqual(['1 channels meet that.']);
    expect(await says('low', 'CSEARCH COUNT USERS <2')).toEqual(['1 channels meet that.']);
    expect(await says('low', 'CSEARCH PRINT USERS 3')).toEqual(['No channel meets that.']);
    expect(await says('low', 'CSEARCH PRINT LIMIT 1')).toContain('1 more meet that.');
    for (const [text, why] of [
      ['CSEARCH DANCE', 'CSEARCH is PRINT or COUNT.'],
      ['CSEARCH COUNT NAME', 'NAME needs a value.'],
      ['CSEARCH COUNT USERS many', 'USERS is a number, or one with < or > before it.'],
      ['CSEARCH COUNT TIMESTAMP 5m', 'TIMESTAMP is given as <age or >age.'],
      ['CSEARCH COUNT LIMIT 251', 'LIMIT is a number from 1 to 250.'],
    ])
      expect(await says('low', text!)).toEqual([why]);
    expect((await says('low', 'CSEARCH COUNT HAT red'))[0]).toMatch(/^There is no criterion HAT\./);
  });
});

describe('trusts and clones', () => {
  const clone = (count: number, address = 'AKAABA') => {
    for (let i = 0; i < count; i++)
      net.connect(`ABC${'ABCDEFGH'[i]}${address.at(-1)}`, `c${i}${address.at(-1)}`, { address });
  };
  const bansOf = () => net.test.services.opserv.bans.inForce('gline').map(({ mask }) => mask);

  it('at the limit all are warned, above it the address is banned for an hour', async () => {
    clone(4);
    expect(net.test.take()).toEqual([]);
    net.connect('ABCZA', 'fifth', { address: 'AKAABA' });
    const warned = net.test.take();
    expect(warned.map((line) => line.split(' ').slice(1, 3))).toEqual([
      ...['ABCAA', 'ABCBA', 'ABCCA', 'ABCDA', 'ABCZA'].map((numeric) => ['O', numeric]),
    ]);
    expect(warned[0]).toContain('as many as may be');
    net.connect('ABCYA', 'sixth', { address: 'AKAABA' });
    await net.test.quiet();
    expect(bansOf()).toEqual(['*@10.0.0.64']);
    const [ban] = net.test.services.opserv.bans.inForce('gline');
    expect([ban!.by, ban!.expiresMs - net.test.clock.now()]).toEqual(['OpServ', 3_600_000]);
    const sent = net.test.take();
    expect(sent.filter((line) => line.startsWith('AF GL '))).toHaveLength(1);
    expect(sent.some((line) => / WA :6 clients are connected from 10\.0\.0\.64/.test(line))).toBe(true);
    // A seventh before the network has acted is no second ban.
    net.connect('ABCXA', 'seventh', { address: 'AKAABA' });
    await net.test.quiet();
    expect(net.test.take().filter((line) => line.startsWith('AF GL '))).toEqual([]);
  });

  it('those who left do not count, nor does loopback, nor an address that is not told', async () => {
    clone(5);
    net.test.say('ABCAA Q :bye');
    net.connect('ABCZA', 'again', { address: 'AKAABA' });
    await net.test.quiet();
    expect(bansOf()).toEqual([]);
    const { clones, options } = net.test.services.opserv;
    const there = () => clones.crowded(2, 9).map((one) => one.clones);
    const named = (nick: string) => options.uplink()!.view.byNick(nick)!;
    expect([there(), clones.count(named('again')), clones.at(named('again')).size]).toEqual([[5], 5, 5]);
    // One after the other leaves.
    for (const [at, numeric] of ['ABCBA', 'ABCCA', 'ABCDA', 'ABCEA'].entries()) {
      net.test.say(`${numeric} Q :bye`);
      expect([clones.count(named('again')), there()]).toEqual([4 - at, at === 3 ? [] : [4 - at]]);
    }
    expect([...clones.at(named('again'))]).toEqual([named('again')]);
    const last = named('again');
    net.test.say('ABCZA Q :bye');
    expect([clones.count(last), clones.at(last).size]).toEqual([0, 0]);
    clone(7, 'B]AAAB');
    clone(7, 'AAAAAA');
    for (let i = 0; i < 7; i++) net.connect(`ABD${'ABCDEFG'[i]}A`, `six${i}`, { address: '_AAB' });
    await net.test.quiet();
    expect(bansOf()).toEqual(net.test.services.opserv.bans.inForce('gline').map(({ mask }) => mask));
    expect(bansOf()).toEqual([]);
  });

  it('who was there before services, or comes with a server, is counted and not judged', async () => {
    const { test } = net;
    test.say(`AB S leaf.test 2 900 900 J10 ACAA] +h :Leaf`);
    for (let i = 0; i < 7; i++) test.say(`AC N s${i} 2 950 ~s s.test +i AKAABA ACAA${'ABCDEFG'[i]} :x`);
    await test.quiet();
    expect(bansOf()).toEqual([]);
    test.say('AC EB');
    net.connect('ABCZA', 'one', { address: 'AKAABA' });
    await test.quiet();
    expect(bansOf()).toEqual(['*@10.0.0.64']);
  });

  it('who comes while those of a server are counted is judged behind them, and who has left meanwhile is not counted', async () => {
    const { test } = net;
    test.say(`AB S leaf.test 2 900 900 J10 ACAA] +h :Leaf`);
    for (let i = 0; i < 6; i++) test.say(`AC N s${i} 2 950 ~s s.test +i AKAABA ACAA${'ABCDEFG'[i]} :x`);
    // Six are told of and one has left: the next is the sixth.
    test.say('ACAAA Q :bye', 'AC EB');
    net.connect('ABCZA', 'one', { address: 'AKAABA' });
    net.connect('ABCYA', 'other', { address: 'AKAABB' });
    await test.quiet();
    expect(bansOf()).toEqual(['*@10.0.0.64']);
    test.say('AB SQ leaf.test 900 :bye', 'ABCZA Q :bye');
    await test.quiet();
    clone(4);
    await test.quiet();
    expect(bansOf()).toEqual(['*@10.0.0.64']);
    expect(test.services.opserv.clones.crowded(2, 9).map(({ clones }) => clones)).toEqual([4]);
  });

  it('a trust lets as many come as it says, the narrowest of several, until it ends', async () => {
    expect(await says('high', 'ADDTRUST 10.0.0.1/24 6 1h school')).toEqual([
      expect.stringMatching(
        /^Up to 6 clients of each address of 10\.0\.0\.0\/24 may come; it ends: .* UTC\.$/,
      ),
    ]);
    expect(await says('high', 'ADDTRUST 10.0.0.0/24 9 0 x')).toEqual([
      '10.0.0.0/24 is trusted already. EDITTRUST changes that.',
    ]);
    await says('high', 'ADDTRUST 10.0.0.65 0 0 lab');
    clone(6);
    clone(8, 'AKAABB');
    await net.test.quiet();
    expect(bansOf()).toEqual([]);
    net.connect('ABCZA', 'seventh', { address: 'AKAABA' });
    await net.test.quiet();
    expect(bansOf()).toEqual(['*@10.0.0.64']);
    expect(await says('high', 'EDITTRUST 10.0.0.0/24 8 30m more')).toEqual([
      expect.stringMatching(/^Up to 8 clients/),
    ]);
    expect(await says('low', 'STATS TRUSTED')).toHaveLength(3);
    await net.test.pass(1_800_000);
    expect(await says('high', 'DELTRUST 10.0.0.0/24')).toEqual(['10.0.0.0/24 is not trusted.']);
    expect(await says('high', 'DELTRUST 10.0.0.65/32')).toEqual(['10.0.0.65 is trusted no more.']);
    expect(net.test.services.opserv.lists.trusts.all()).toEqual([]);
    expect(deeds().map(([command]) => command)).toEqual(['ADDTRUST', 'ADDTRUST', 'EDITTRUST', 'DELTRUST']);
  });

  it.each([
    ['ADDTRUST nowhere 9 0 x', 'nowhere is neither an address nor a network such as 10.0.0.0/8.'],
    ['ADDTRUST 10.9.0.1 many 0 x', 'A trust is for up to 100000 clients, or 0 for any number.'],
    ['ADDTRUST 10.9.0.1 100001 0 x', 'A trust is for up to 100000 clients, or 0 for any number.'],
    ['ADDTRUST 10.9.0.1 9 soon x', 'soon is no time: expected one such as 30m, 12h or 7d.'],
    ['ADDTRUST 10.9.0.1 9 0', 'Expected: ADDTRUST <address or network> <clients> <time> <reason>'],
    ['EDITTRUST 10.9.0.1 9 0 x', '10.9.0.1 is not trusted.'],
    ['DELTRUST nowhere', 'nowhere is not trusted.'],
  ])('%s is refused', async (text, why) => {
    expect(await says('high', text)).toEqual([why]);
    expect([net.test.deeds, net.test.services.opserv.lists.trusts.all()]).toEqual([[], []]);
  });
});

describe('channels', () => {
  const channel = () => net.test.uplink.view.findChannel('#tea')!;
  const status = (nick: string) => channel().members.get(net.test.uplink.view.byNick(nick)!);
  beforeEach(() => {
    net.test.say(
      'ABAAA C #tea 100',
      'ABAAF J #tea 100',
      'ABAAB J #tea 100',
      'ABAAG J #tea 100',
      'AB M #tea +ov ABAAF ABAAG 100',
    );
    net.test.take();
  });

  it('JOIN and PART have OpServ on a channel', async () => {
    await net.test.level('mid', 601);
    const bot = net.bot('OpServ');
    expect(await net.sends('mid', 'JOIN #tea')).toEqual([`${bot} J #tea 100`, `AF M #tea +o ${bot} 100`]);
    expect(await net.sends('mid', 'PART #tea enough')).toEqual([`${bot} L #tea :enough`]);
    expect(await says('mid', 'PART #tea')).toEqual(['OpServ is not on #tea.']);
    expect(await says('mid', 'PART #none')).toEqual(['Nobody is on #none.']);
    expect(await says('mid', 'JOIN tea')).toEqual(['tea is no name of a channel.']);
    expect(await net.sends('mid', 'JOIN #new')).toEqual([`${bot} C #new ${net.test.seconds}`]);
    expect(deeds()).toEqual([
      ['JOIN', { channel: '#tea', what: '' }, 'done'],
      ['PART', { channel: '#tea', what: 'enough' }, 'done'],
      ['JOIN', { channel: '#new', what: '' }, 'done'],
    ]);
  });

  it.each([
    ['MODE #tea +mk-t secret', ['AF M #tea +mk-t secret 100'], 'The modes of #tea are changed.'],
    ['MODE #tea +b *.example.org', ['AF M #tea +b *!*@*.example.org 100'], 'The modes of #tea are changed.'],
    ['MODE #tea +l 5', ['AF M #tea +l 5 100'], 'The modes of #tea are changed.'],
    ['MODE #tea -v bare', ['AF M #tea -v ABAAG 100'], 'The modes of #tea are changed.'],
    ['OP #tea low bare', ['AF M #tea +oo ABAAB ABAAG 100'], '2 are operators of #tea.'],
    ['DEOP #tea ann', ['AF M #tea -o ABAAA 100'], '1 are operators of #tea no more.'],
    ['KICK #tea ann too loud', ['AF K #tea ABAAA :too loud'], 'ann is thrown out of #tea.'],
    ['KICK #tea ann', ['AF K #tea ABAAA :Wanted by mid'], 'ann is thrown out of #tea.'],
    ['BAN #tea ann', ['AF M #tea +b *!*@ann.example.net 100'], '*!*@ann.example.net is banned from #tea.'],
    ['BAN #tea a*!*@*', ['AF M #tea +b a*!*@* 100'], 'a*!*@* is banned from #tea.'],
    ['DEOPALL #tea', ['AF M #tea -o ABAAA 100'], '1 are operators of #tea no more.'],
  ] as const)('%s', async (text, lines, answer) => {
    const sent = await net.sends('mid', text);
    expect(sent).toEqual(lines);
    const [name] = text.split(' ');
    expect(deeds()).toEqual([[name, { channel: '#tea', what: text.split(' ').slice(2).join(' ') }, 'done']]);
    net.test.say('ABAAA C #tea 100');
    await net.test.quiet();
    expect(answer).not.toBe('');
  });

  it('what is done is said', async () => {
    expect(await says('mid', 'OP #tea low bare')).toEqual(['2 are operators of #tea.']);
    expect(await says('mid', 'DEOP #tea ann')).toEqual(['1 are operators of #tea no more.']);
    expect(await says('mid', 'BAN #tea ann')).toEqual(['*!*@ann.example.net is banned from #tea.']);
    expect(await says('mid', 'KICK #tea ann')).toEqual(['ann is thrown out of #tea.']);
    expect(await says('mid', 'MODE #tea +m')).toEqual(['The modes of #tea are changed.']);
    expect(await says('mid', 'CLEARMODES #tea')).toEqual(['#tea has no modes any more.']);
    expect(await says('mid', 'CLEARMODES #tea')).toEqual(['#tea has no modes.']);
    expect(await says('mid', 'DEOPALL #tea')).toEqual(['2 are operators of #tea no more.']);
  });

  it('KICKALL throws out all but services, whoever asks and those above them, and lets nobody in meanwhile', async () => {
    net.test.say('ABAAC J #tea 100');
    expect(await net.sends('mid', 'KICKALL #tea')).toEqual([
      'AF M #tea +i 100',
      'AF K #tea ABAAA :Wanted by mid',
      'AF K #tea ABAAB :Wanted by mid',
      'AF K #tea ABAAG :Wanted by mid',
      'AF M #tea -i 100',
    ]);
    expect([...channel().members.keys()].map(({ nick }) => nick)).toEqual(['root', 'mid']);
    net.test.say('AB M #tea +i 100');
    expect(await net.sends('root', 'KICKALL #tea tea is over')).toEqual(['AF K #tea ABAAC :tea is over']);
  });

  it.each([
    ['MODE #none +m', 'Nobody is on #none.'],
    ['MODE #tea +k', 'The mode k needs a value.'],
    ['MODE #tea +Y', 'This network has no mode Y.'],
    ['MODE #tea +o nobody', 'Nobody is called nobody.'],
    ['MODE #tea +o high', 'high is not on #tea.'],
    ['MODE #tea -o root', 'root is above you.'],
    ['MODE #tea +b *!*@root.example.net', 'root is above you.'],
    ['MODE #tea +', 'Expected modes, such as +m-i.'],
    ['OP #tea high', 'high is not on #tea.'],
    ['DEOP #tea root', 'root is above you.'],
    ['DEOP tea root', 'tea is no name of a channel.'],
    ['KICK #tea root', 'root is above you.'],
    ['KICK #tea high', 'high is not on #tea.'],
    ['KICK #tea nobody', 'Nobody is called nobody.'],
    ['BAN #tea *!*@*', 'That mask covers root, who is above you.'],
    ['BAN #tea root', 'That mask covers root, who is above you.'],
    ['BAN #none ann', 'Nobody is on #none.'],
    [`BAN #tea ${'x'.repeat(200)}`, 'A mask has up to 200 characters.'],
    ['CLEARMODES #none', 'Nobody is on #none.'],
    ['DEOPALL #none', 'Nobody is on #none.'],
    ['KICKALL #none', 'Nobody is on #none.'],
  ])('%s is refused', async (text, why) => {
    expect(await net.sends('mid', text)).toEqual([]);
    expect(await says('mid', text)).toEqual([why]);
    expect([deeds(), status('root'), status('ann')]).toEqual([[], STATUS.op, STATUS.op]);
  });

  it('CHANINFO shows it, members only where they are asked for, and never its key', async () => {
    net.test.say('AB M #tea +kblnt secret *!*@bad.test 30 100', 'ABAAA T #tea 100 101 :tea time');
    expect(await says('bare', 'CHANINFO #tea')).toEqual([
      '#tea: 4 members, 1 bans, modes +klnt 30',
      'Since: 1970-01-01T00:01:40.000Z',
      'Topic: tea time',
      'Ban: *!*@bad.test',
    ]);
    expect((await says('bare', 'CHANINFO #tea USERS')).at(-1)).toBe('Members: @ann @root low +bare');
    expect(await says('bare', 'CHANINFO #tea HATS')).toEqual(['Expected: CHANINFO <#channel> [USERS]']);
    expect(await says('bare', 'CHANINFO #none')).toEqual(['Nobody is on #none.']);
  });
});

describe('what OpServ watches for', () => {
  it('bots do not hear whom a gag covers, operators apart, until it ends', async () => {
    expect(await says('mid', 'GAG ann!*@* 1h noise')).toEqual([
      expect.stringMatching(/^ann!\*@\* is gagged, which covers 1 users; it ends: .* UTC\.$/),
    ]);
    expect(await says('mid', 'GAG ANN!*@* 1h noise')).toEqual(['ANN!*@* is gagged already.']);
    expect(await says('ann', 'STATUS', 'AuthServ')).toEqual([]);
    expect(await says('low', 'WHOIS ann')).toContain('Gagged: ann!*@*, by mid: noise');
    await says('mid', 'GAG bare 1h noise');
    expect(await says('bare', 'MESSAGES', 'Global')).toEqual(['There are no messages for you.']);
    await net.test.pass(3_600_000);
    expect(await says('ann', 'STATUS', 'AuthServ')).not.toEqual([]);
    await says('mid', 'GAG ann!*@* 0 noise');
    expect(await says('mid', 'UNGAG ann')).toEqual(['ann!*@* is gagged no more.']);
    expect(await says('ann', 'STATUS', 'AuthServ')).not.toEqual([]);
    expect(deeds().map(([command]) => command)).toEqual(['GAG', 'GAG', 'GAG', 'UNGAG']);
  });

  const reaction = async (alert: string, act: () => void) => {
    await says('top', `ADDALERT test ${alert}`);
    net.test.take();
    act();
    await net.test.quiet();
    return net.test.take();
  };
  const bot1 = () => net.connect('ABABA', 'bot1', { address: 'AKAABA' });

  it.each([
    [
      'NOTICE NICK bot* REASON a robot',
      [/^\S+ WA :Alert test was met by bot1!~bot1@bot1\.example\.net: a robot$/],
    ],
    ['NOTICEUSER NICK bot* REASON hello', [/^\S+ O ABABA :hello$/]],
    ['MSGUSER NICK bot* REASON hello', [/^\S+ P ABABA :hello$/]],
    ['KILL NICK bot* REASON no robots', [/^AF D ABABA :services\.test \(no robots\)$/]],
    [
      'GLINE NICK bot* DURATION 2h REASON no robots',
      [/^AF GL \* \+\*@10\.0\.0\.64 7200 \d+ \d+ :no robots$/],
    ],
    ['GAG NICK bot*', []],
    ['SHUN NICK bot*', [/^AF SU \* \+\*@10\.0\.0\.64 \d+ \d+ \d+ :Alert test$/]],
  ] as const)('an alert that does %s', async (alert, expected) => {
    const lines = await reaction(alert, bot1);
    expect(lines).toEqual(expected.map((line) => expect.stringMatching(line)));
    const { opserv } = net.test.services;
    expect(opserv.alerts.met).toBe(1);
    if (alert.startsWith('GAG'))
      expect(opserv.lists.gags.all()).toMatchObject([{ mask: '*!*@bot1.example.net' }]);
    if (alert.startsWith('SHUN'))
      expect(opserv.bans.inForce('shun')).toMatchObject([{ mask: '*@10.0.0.64', by: 'top' }]);
  });

  it('is met by another nick, an account, or a channel that is joined, and by none of a burst', async () => {
    const met = async (criterion: string, act: () => void) => {
      const before = net.test.services.opserv.alerts.met;
      await reaction(`NOTICE ${criterion}`, act);
      await says('top', 'DELALERT test');
      return net.test.services.opserv.alerts.met - before;
    };
    bot1();
    expect(await met('NICK robot', () => net.test.say('ABABA N robot 1000'))).toBe(1);
    expect(await met('ACCOUNT ann', () => net.test.say('AB AC ABABA R ann 1000'))).toBe(1);
    expect(await met('CHANNEL #robots', () => net.test.say('ABABA C #robots 100'))).toBe(1);
    // What has not changed is not looked at again.
    expect(await met('NICK robot', () => net.test.say('ABABA C #more 100'))).toBe(0);
    net.test.say('AB S leaf.test 2 900 900 J10 ACAA] +h :Leaf');
    expect(await met('NICK b*', () => net.test.say('AC N bot2 2 950 ~b b.test +i AKAABB ACAAA :x'))).toBe(0);
  });

  it('spares operators, trusted addresses and whoever is above who set it', async () => {
    await net.test.level('ann', 950);
    const { opserv } = net.test.services;
    await says('top', 'ADDALERT test KILL MASK *!*@*');
    net.test.take();
    net.connect('ABABA', 'oper', { modes: 'io' });
    net.test.say('ABAAA N anne 1000');
    await says('high', 'ADDTRUST 10.0.0.64 9 0 x');
    await net.test.quiet();
    expect(opserv.alerts.met).toBe(0);
    await says('top', 'DELALERT test');
    await says('top', 'ADDALERT other GLINE MASK *!*@*');
    net.connect('ABABB', 'pupil', { address: 'AKAABA' });
    await net.test.quiet();
    expect([opserv.alerts.met, nickOf('ABABB')]).toEqual([0, 'pupil']);
  });

  it('alerts end, and are kept over a restart', async () => {
    await says('top', 'ADDALERT test NOTICE EXPIRE 1h NICK bot*');
    await says('top', 'ADDALERT later NOTICE NICK late*');
    await net.test.reopen();
    net.test.link();
    expect(net.test.services.opserv.lists.alerts.all().map(({ name }) => name)).toEqual(['test', 'later']);
    await net.test.pass(3_600_000);
    bot1();
    await net.test.quiet();
    expect(net.test.services.opserv.alerts.met).toBe(0);
  });

  it.each([
    ['ADDALERT test DANCE NICK a', /^An alert does one of NOTICE, /],
    ['ADDALERT test KILL NICK a', 'An alert that does KILL is for accounts of level 900 and above.'],
    ['ADDALERT test NOTICE LIMIT 5', 'An alert needs a criterion: it would be met by everybody.'],
    ['ADDALERT test NOTICE HAT red', /^There is no criterion HAT/],
    ['ADDALERT test NOTICE EXPIRE soon NICK a', 'EXPIRE is a time such as 12h or 7d.'],
    [`ADDALERT ${'x'.repeat(33)} NOTICE NICK a`, 'The name of an alert has up to 32 characters.'],
    [`ADDALERT test NOTICE NICK ${'x'.repeat(350)}`, 'Criteria have up to 350 bytes.'],
    ['DELALERT test', 'There is no alert test.'],
    ['DELALERT higher', 'root, who has set the alert higher, is above you.'],
    ['ADDALERT HIGHER NOTICE NICK a', 'There is an alert higher already.'],
    ['ADDBAD x', 'A bad word has from 2 to 64 characters.'],
    [`ADDBAD ${'x'.repeat(65)}`, 'A bad word has from 2 to 64 characters.'],
    ['DELBAD tea', 'tea is no bad word.'],
    ['ADDEXEMPT tea', 'tea is no name of a channel.'],
    ['DELEXEMPT #tea', '#tea is not exempt.'],
    ['RESERVE 1tea tea tea.test kept', '1tea is no nick that this network holds.'],
    [
      'RESERVE averyveryverylongnick tea tea.test kept',
      'averyveryverylongnick is no nick that this network holds.',
    ],
    ['RESERVE tea t@a tea.test kept', 't@a is no user name.'],
    ['RESERVE tea tea te*a kept', 'te*a is no host.'],
    ['RESERVE ANN tea tea.test kept', 'Somebody is called ann now.'],
    ['UNRESERVE tea', 'tea is not reserved.'],
  ] as const)('%s is refused', async (text, why) => {
    await says('root', 'ADDALERT higher NOTICE NICK higher');
    net.test.deeds.length = 0;
    expect(await says('high', text)).toEqual([typeof why === 'string' ? why : expect.stringMatching(why)]);
    const { lists } = net.test.services.opserv;
    expect([net.test.deeds, lists.alerts.all().length, lists.badWords.all(), lists.reserves.all()]).toEqual([
      [],
      1,
      [],
      [],
    ]);
  });

  it('who joins a channel with a bad word is thrown out, and it stays closed for a minute', async () => {
    const { test } = net;
    const bot = net.bot('OpServ');
    test.say('ABAAA C #free-crumpets 100', 'ABAAB J #free-crumpets 100');
    expect(await says('high', 'ADDBAD Crumpet')).toEqual(['Crumpet is a bad word; 1 channels are closed.']);
    const channel = test.uplink.view.findChannel('#free-crumpets')!;
    expect([...channel.members.keys()].map(({ nick }) => nick)).toEqual(['low', 'OpServ']);
    expect([[...channel.modes.keys()], [...channel.bans]]).toEqual([['s', 'i'], ['*!*@*']]);
    test.take();
    test.say('ABAAA J #free-crumpets 100');
    expect(test.take()).toEqual([
      `${bot} K #free-crumpets ABAAA :The name of this channel is not allowed here.`,
    ]);
    await test.pass(60_000);
    expect(test.take()).toContain(`${bot} L #free-crumpets :`);
    expect(await says('high', 'ADDBAD crumpet')).toEqual(['Crumpet is a bad word already.']);
    expect(await says('high', 'ADDEXEMPT #Free-crumpets')).toEqual([
      '#Free-crumpets is exempt from bad words.',
    ]);
    expect(await says('high', 'ADDEXEMPT #free-crumpets')).toEqual(['#free-crumpets is exempt already.']);
    test.say('ABAAA J #free-crumpets 100');
    expect(test.take()).toEqual([]);
    expect(await says('high', 'DELEXEMPT #free-crumpets')).toEqual(['#free-crumpets is exempt no more.']);
    expect(channel.members.has(test.uplink.view.byNick('ann')!)).toBe(false);
    expect(await says('high', 'DELBAD crumpet')).toEqual(['crumpet is no bad word any more.']);
    test.say('ABAAA J #free-crumpets 100');
    expect(channel.members.has(test.uplink.view.byNick('ann')!)).toBe(true);
  });

  it('a reserved nick is held by services, on each network anew, until it is released', async () => {
    const { test } = net;
    expect(await net.sends('high', 'RESERVE Teapot tea tea.test The pot of all')).toEqual([
      'AF N Teapot 1 946684800 tea tea.test +ik AAAAAA AFBAA :The pot of all',
    ]);
    expect(await says('high', 'RESERVE TEAPOT tea tea.test x')).toEqual(['Teapot is reserved already.']);
    test.say('AB D AFBAA :hub.test (no)');
    await test.pass(60_000);
    expect(test.take()).toContainEqual(expect.stringMatching(/^AF N Teapot 1 946684800 /));
    test.link();
    expect(test.burst).toContainEqual(expect.stringMatching(/^AF N Teapot 1 946684800 /));
    await startAgain();
    expect(await net.sends('high', 'UNRESERVE teapot')).toEqual([expect.stringMatching(/^AFBAA Q :/)]);
    expect(test.uplink.view.byNick('Teapot')).toBeUndefined();
  });

  /** Operators are there again after the network has come anew. */
  async function startAgain(): Promise<void> {
    net.test.say(
      `AB N high 1 950 ~high high.example.net +ior high:${Math.floor(net.test.services.keeper.store.get('high').created / 1_000)} AKAAAE ABAAD :Real`,
    );
    await net.test.quiet();
    net.test.take();
  }
});

const ORIGIN = { address: '192.0.2.7', fingerprint: null };
/** An IRC server asks something for a user; what it is answered. */
async function questioned(ask: string, args: unknown): Promise<unknown> {
  const { test } = net;
  test.take();
  test.say(...writeTalk('AB', 'XQ', 'AF', JSON.stringify({ id: 1, ask, args })));
  const reader = new TalkReader(100_000);
  for (;;) {
    await test.quiet();
    for (const line of test.take()) {
      const [, word = '', piece = ''] = / XR AB (\S+) :(.*)$/.exec(line) ?? [];
      const answer = reader.take(word, piece);
      if (answer?.includes('"id"')) return JSON.parse(answer);
    }
  }
}

describe('DEFCON', () => {
  beforeEach(() => {
    net.test.operatorRules = {
      ...net.test.operatorRules,
      defcon: { sessions: 2, minutes: 15, modes: 'm' },
    };
  });

  it('closes step by step, and says what holds', async () => {
    expect(await says('top', 'DEFCON')).toEqual(['DEFCON is 5: the network is open.']);
    expect(await says('top', 'DEFCON 6')).toEqual(['DEFCON is a number from 1 to 5.']);
    expect(await says('top', 'DEFCON 0')).toEqual(['DEFCON is a number from 1 to 5.']);
    const until = /^DEFCON is \d, set by top; it ends: .* UTC\.$/;
    expect(await says('top', 'DEFCON 4')).toEqual([
      expect.stringMatching(until),
      'No accounts and channels are registered.',
      '2 clients may come from an address that is not trusted.',
    ]);
    expect(await says('ann', 'REGISTER other correct-horse', 'AuthServ')).toEqual([
      'REGISTER is closed for the moment, because the network is being protected. Try again later.',
    ]);
    expect(await says('ann', 'STATUS', 'AuthServ')).not.toEqual([]);
    // IRC servers ask for their users, and are told the same.
    const register = { account: 'new', password: 'correct-horse', email: null, origin: ORIGIN };
    const channel = { channel: '#new', account: 'ann', createdAt: 1 };
    expect(await questioned('register', register)).toMatchObject({
      result: { kind: 'refused', why: 'unavailable' },
    });
    expect(await questioned('registerChannel', channel)).toMatchObject({ error: { code: 'unavailable' } });
    expect((await says('top', 'DEFCON 2')).slice(1)).toEqual([
      'No accounts and channels are registered.',
      '2 clients may come from an address that is not trusted.',
      'All channels have the modes +m.',
      'Bots hear operators of the network alone.',
    ]);
    expect(await says('ann', 'STATUS', 'AuthServ')).toEqual([]);
    expect(await says('bare', 'STATUS', 'AuthServ')).not.toEqual([]);
    await says('top', 'DEFCON 5');
    expect(await questioned('register', register)).toMatchObject({ result: { kind: 'success' } });
    expect(await questioned('registerChannel', channel)).toMatchObject({ result: { outcome: 'done' } });
    expect(await says('ann', 'STATUS', 'AuthServ')).not.toEqual([]);
    expect(deeds()).toEqual([
      ['DEFCON', { level: '4' }, 'done'],
      ['DEFCON', { level: '2' }, 'done'],
      ['DEFCON', { level: '5' }, 'done'],
    ]);
  });

  it('at 3 channels have modes, which those have no more afterwards that had them not before', async () => {
    const { test } = net;
    test.say('ABAAA C #tea 100', 'ABAAA C #mod 100', 'AB M #mod +m 100');
    test.take();
    expect((await net.sends('top', 'DEFCON 3')).filter((line) => line.includes(' M '))).toEqual([
      'AF M #tea +m 100',
    ]);
    test.take();
    test.say('ABAAB C #new 1000');
    expect(test.take()).toEqual(['AF M #new +m 1000']);
    await test.reopen();
    test.link();
    test.say(
      'AB N ann 1 950 ~a a.test +i AKAAAB ABAAA :x',
      'AB B #tea 100 +m ABAAA',
      'AB B #mod 100 +m ABAAA',
    );
    test.take();
    await test.services.opserv.defcon.set(5, 'test');
    expect(test.take().filter((line) => line.includes(' M '))).toEqual(['AF M #tea -m 100']);
  });

  it('of several modes a channel keeps those alone that it had before', async () => {
    const { test } = net;
    test.operatorRules = { ...test.operatorRules, defcon: { sessions: 2, minutes: 15, modes: 'mi' } };
    test.say(
      'ABAAA C #tea 100',
      'ABAAA C #Mod 100',
      'AB M #Mod +m 100',
      'ABAAA C #all 100',
      'AB M #all +im 100',
    );
    const sent = async (text: string) =>
      (await net.sends('top', text)).filter((line) => line.includes(' M ')).map((line) => line.slice(5));
    expect(await sent('DEFCON 3')).toEqual(['#tea +mi 100', '#Mod +i 100']);
    expect(await sent('DEFCON 2')).toEqual([]);
    expect(await sent('DEFCON 4')).toEqual(['#tea -mi 100', '#Mod -i 100']);
    expect(await sent('DEFCON 5')).toEqual([]);
  });

  it('fewer come from an address, and at 1 whoever connects is banned for five minutes', async () => {
    const bans = () => net.test.services.opserv.bans.inForce('gline');
    await says('top', 'DEFCON 4');
    for (let i = 0; i < 3; i++) net.connect(`ABB${'ABC'[i]}A`, `c${i}`, { address: 'AKAABA' });
    await net.test.quiet();
    expect(bans().map(({ mask }) => mask)).toEqual(['*@10.0.0.64']);
    await says('top', 'DEFCON 1');
    net.connect('ABBDA', 'late', { address: 'AKAABB' });
    net.connect('ABBEA', 'oper', { address: 'AKAABC', modes: 'io' });
    await net.test.quiet();
    expect(bans().map(({ mask, expiresMs }) => [mask, expiresMs - net.test.clock.now()])).toEqual([
      ['*@10.0.0.64', 3_600_000],
      ['*@10.0.0.65', 300_000],
    ]);
  });

  it('ends by itself', async () => {
    await says('top', 'DEFCON 3');
    net.test.say('ABAAA C #tea 100');
    await net.test.pass(14 * 60_000);
    expect(net.test.services.opserv.defcon.level).toBe(3);
    net.test.take();
    await net.test.pass(2 * 60_000);
    expect(net.test.services.opserv.defcon.level).toBe(5);
    const sent = net.test.take();
    expect(sent).toContainEqual(expect.stringMatching(/ WA :DEFCON is 5: the network is open again/));
  });
});

it('what is written of no network is said to nobody, and an address that cannot be banned is told of', async () => {
  const { test } = net;
  test.database.exec(
    "CREATE TRIGGER full BEFORE INSERT ON network_bans BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
  );
  for (let at = 0; at < 6; at++) net.connect(`ABC${'ABCDEF'[at]}A`, `c${at}`, { address: 'AKAABA' });
  await test.quiet();
  expect(test.logged.filter((line) => line.startsWith('warn network_ban_failed '))).toEqual([
    expect.stringMatching(/^warn network_ban_failed An address could not be banned: .*the disk is full/),
  ]);
  const { messages, badChannels, defcon } = test.services.opserv;
  test.uplink.fail('lost');
  for (const target of ['all', 'authed', 'channels'] as const)
    expect([await messages.say(target, 'x'), messages.reach(target)], target).toEqual([0, 0]);
  expect(await badChannels.lockAll()).toBe(0);
  await defcon.set(3, 'x');
  expect([defcon.level, defcon.busy]).toEqual([3, false]);
});

describe('services themselves', () => {
  it('RAW sends what begins with services, and nothing that is no line', async () => {
    for (const text of ['RAW @tag AF', 'RAW AB WA :x', 'RAW @tag AB WA', 'RAW xAF WA'])
      expect(await says('root', text), text).toEqual([
        'A line begins with services, AF, or one of its bots.',
      ]);
    expect(net.test.deeds).toEqual([]);
    net.test.take();
    expect(await net.sends('root', 'RAW AF WA :tea is ready')).toContain('AF WA :tea is ready');
  });

  it.each([
    ['REHASH', { action: 'reload', reason: 'REHASH' }],
    ['RESTART new kettle', { action: 'restart', reason: 'new kettle' }],
    ['DIE tea is over', { action: 'stop', reason: 'tea is over' }],
  ])('%s asks main for it', async (text, asked) => {
    expect(await says('top', text)).toEqual([`${text.split(' ')[0]} is under way.`]);
    expect(net.test.lifecycle).toEqual([{ ...asked, actor: 'top!~top@top.example.net (account top)' }]);
    expect(deeds()).toHaveLength(1);
  });

  it('RAW sends what begins with services, and nothing else', async () => {
    expect(await net.sends('root', 'RAW AF WA :tea is ready')).toEqual(['AF WA :tea is ready']);
    expect(await says('root', 'RAW AB WA :forged')).toEqual([
      'A line begins with services, AF, or one of its bots.',
    ]);
    expect(await says('root', `RAW AF WA :${'x'.repeat(505)}`)).toEqual(['A line has up to 510 bytes.']);
    expect(deeds()).toEqual([['RAW', { line: 'AF WA :tea is ready' }, 'done']]);
  });

  it('RECONNECT ends the link', async () => {
    await says('top', 'RECONNECT');
    expect([net.test.uplink.state, net.test.end.closed]).toEqual(['ended', true]);
  });
});

describe('what OpServ shows', () => {
  it('ACCESS shows and gives levels below one own', async () => {
    expect(await says('low', 'ACCESS')).toEqual(['low has the level 100.']);
    expect(await says('low', 'ACCESS *root')).toEqual(['root has the level 1000.']);
    expect(await says('low', 'ACCESS bare')).toEqual(['bare is not logged in.']);
    expect(await says('low', 'ACCESS *')).toHaveLength(7);
    expect(await says('mid', 'ACCESS ann 599')).toEqual(['ann has the level 599.']);
    for (const [text, why] of [
      ['ACCESS ann 600', 'Nobody gives a level of their own or above: yours is 600.'],
      ['ACCESS ann 1001', 'A level is a number from 0 to 1000.'],
      ['ACCESS high 1', 'high is not below you: nobody changes an account of their own level or above.'],
      ['ACCESS mid 1', 'mid is not below you: nobody changes an account of their own level or above.'],
      ['ACCESS *nobody 1', 'There is no account nobody.'],
      ['ACCESS nobody 1', 'Nobody is called nobody.'],
    ])
      expect(await says('mid', text!), text).toEqual([why]);
    expect(deeds()).toEqual([['ACCESS', { account: 'ann', level: '599' }, 'done']]);
  });

  it('WHOIS shows where somebody is and who they are', async () => {
    net.test.say('ABAAA C #tea 100');
    await says('high', 'ADDTRUST 10.0.0.1 9 0 school');
    expect(await says('bare', 'WHOIS ann')).toEqual([
      'ann is ~ann@ann.example.net (Real ann)',
      'Address: 10.0.0.1, 1 clients of 9',
      expect.stringMatching(/^Server: hub\.test; modes: \+i; nick since /),
      'Account: ann, level 0',
      'Trusted: 10.0.0.1, by high: school',
      'Channels (1): @#tea',
    ]);
    expect(await says('bare', 'WHOIS nobody')).toEqual(['Nobody is called nobody.']);
    expect(await says('bare', 'WHOIS bare')).toContain('Not logged in');
  });

  it.each([
    ['NETWORK', /^Users: \d+, operators: 6, channels: 0, servers: 2$/],
    ['UPLINK', /^Linked to hub\.test \(signalbox\) for /],
    ['GLINES', /^0 G-lines hold\.$/],
    ['SHUNS', /^0 shuns hold\.$/],
    ['JUPES', /^0 jupes hold\.$/],
    ['TRUSTED', /^There is nothing\.$/],
    ['ALERTS', /^There is nothing\.$/],
    ['GAGS', /^There is nothing\.$/],
    ['RESERVED', /^There is nothing\.$/],
    ['BAD', /^Bad words:/],
    ['DEFCON', /^DEFCON is 5; it ends: never$/],
    ['HATS', /^There are no figures HATS\. There are NETWORK, /],
  ])('STATS %s', async (name, first) => {
    expect((await says('bare', `STATS ${name}`))[0]).toMatch(first);
  });
});

describe('Global', () => {
  it('says something once to whom it is for', async () => {
    const global = net.bot('Global');
    const lines = async (text: string) =>
      (
        await (async () => {
          net.test.take();
          net.test.say(`ABAAB P ${global} :${text}`);
          await net.test.quiet();
          return net.test.take();
        })()
      ).filter((line) => line.includes('tea is ready'));
    expect(await lines('NOTICE all tea is ready')).toEqual([`${global} O $* :[all] low: tea is ready`]);
    expect(await lines('NOTICE opers FROM Kitchen tea is ready')).toEqual(
      ['ABAAB', 'ABAAC', 'ABAAD', 'ABAAE', 'ABAAF', 'ABAAG'].map(
        (numeric) => `${global} O ${numeric} :[opers] Kitchen: tea is ready`,
      ),
    );
    expect(await lines('NOTICE helpers tea is ready')).toEqual([]);
    // Of them all those alone whom it is for, each once.
    await says('root', 'OSET *ann FLAGS +h', 'AuthServ');
    const opers = ['low', 'mid', 'high', 'top', 'root', 'bare'] as const;
    for (const [target, whom] of [
      ['helpers', ['ann']],
      ['staff', ['ann', ...opers]],
      ['privileged', ['ann', ...opers]],
      ['authed', ['ann', ...opers.slice(0, 5), 'idle']],
    ] as const) {
      const told = (await lines(`NOTICE ${target} tea is ready`)).map((line) => line.split(' ')[2]);
      expect(told.sort(), target).toEqual(whom.map((nick) => NUMERICS[nick]).sort());
      await net.test.pass(1_000);
    }
    net.test.say('ABAAA C #tea 100', 'ABAAA C #own 100');
    await net.test.services.keeper
      .answerers()
      .registerChannel({ channel: '#own', account: 'ann', createdAt: 100 });
    expect(await lines('NOTICE rchannels tea is ready')).toEqual([
      `${global} O #own :[rchannels] low: tea is ready`,
    ]);
    expect(await lines('NOTICE channels tea is ready')).toHaveLength(2);
    expect(deeds()[0]).toEqual(['GLOBAL-NOTICE', { target: 'all', text: 'tea is ready' }, 'done']);
    expect(await says('low', 'NOTICE cats tea', 'Global')).toEqual([
      expect.stringMatching(/^cats is nobody: expected all, /),
    ]);
    expect(await says('low', 'NOTICE all FROM Kitchen', 'Global')).toEqual(['Something has to be said.']);
    expect(await says('low', `NOTICE all ${'x'.repeat(351)}`, 'Global')).toEqual([
      'A message has up to 350 bytes.',
    ]);
  });

  it('shows messages to whoever comes, logs in or becomes operator, until they expire', async () => {
    const { test } = net;
    expect(await says('low', 'MESSAGE DURATION 1h TEXT tea is ready', 'Global')).toEqual([
      expect.stringMatching(/^Message 1 is shown to users; it ends: .* UTC\.$/),
    ]);
    expect(
      await says('low', 'MESSAGE TARGET authed FROM Kitchen TEXT milk is in the fridge', 'Global'),
    ).toEqual(['Message 2 is shown to authed; it ends: never.']);
    await says('low', 'MESSAGE TARGET opers TEXT keep an eye on the kettle', 'Global');
    test.take();
    net.connect('ABABA', 'eve');
    expect(test.notices('ABABA')).toEqual([
      expect.stringMatching(/^low \(\d{4}-\d\d-\d\d \d\d:\d\d\): tea is ready$/),
    ]);
    test.say('AB AC ABABA R ann 1000');
    expect(test.notices('ABABA')).toEqual([expect.stringMatching(/^Kitchen .*: milk is in the fridge$/)]);
    test.say('ABABA M eve +o');
    expect(test.notices('ABABA')).toEqual([expect.stringMatching(/^low .*: keep an eye on the kettle$/)]);
    expect(await says('ann', 'MESSAGES', 'Global')).toHaveLength(3);
    expect(await says('low', 'LIST', 'Global')).toHaveLength(4);
    expect(await says('low', 'REMOVE 2', 'Global')).toEqual(['Message 2 is taken away.']);
    expect(await says('low', 'REMOVE 2', 'Global')).toEqual(['There is no message 2.']);
    expect(await says('low', 'REMOVE two', 'Global')).toEqual(['There is no message two.']);
    await test.pass(3_600_000);
    net.connect('ABABB', 'bob');
    expect(test.notices('ABABB')).toEqual([]);
    expect(await says('ann', 'MESSAGES', 'Global')).toEqual(['There are no messages for you.']);
    // The number of one that is gone is not given again.
    await says('low', 'REMOVE 3', 'Global');
    expect(await says('low', 'MESSAGE TEXT more', 'Global')).toEqual([expect.stringMatching(/^Message 4 /)]);
  });

  it.each([
    ['MESSAGE TARGET channels TEXT x', /^channels is nobody/],
    ['MESSAGE DURATION soon TEXT x', 'soon is no time: expected one such as 12h or 7d.'],
    ['MESSAGE HAT red TEXT x', 'There is no option HAT. There are TARGET, DURATION, FROM, TEXT.'],
    ['MESSAGE TARGET all', 'Something has to be said.'],
    ['MESSAGE FROM me TARGET', 'TARGET needs a value.'],
  ])('%s is refused', async (text, why) => {
    expect(await says('low', text, 'Global')).toEqual([
      typeof why === 'string' ? why : expect.stringMatching(why),
    ]);
    expect([net.test.deeds, net.test.services.opserv.lists.messages.all()]).toEqual([[], []]);
  });
});

describe('whoever takes a nick while a command is written down is not meant by it', () => {
  /** What services send; `ann` is called otherwise meanwhile, and somebody else has her nick. */
  const meanwhile = async (text: string, bot?: string) => {
    let write = () => {};
    net.test.writtenDown = new Promise((resolve) => {
      write = resolve;
    });
    const sent = net.sends('root', text, bot);
    net.test.say('ABAAA N away 5000', 'ABAAH N ann 5000');
    write();
    return await sent;
  };

  it.each([
    ['KICK #tea ann', /^\S+ K #tea ABAAA :/],
    ['DEOP #tea ann', /^\S+ (?:M|OM) #tea -o ABAAA/],
    ['MODE #tea -o ann', /^\S+ (?:M|OM) #tea -o ABAAA/],
    ['BLOCK ann 1h spam', /^\S+ GL \* \+\*@10\.0\.0\.1 /],
  ])('%s', async (text, expected) => {
    net.test.say('AB B #tea 900 ABAAH,ABAAA:o', `AB M #tea +o ABAAH 900`);
    expect(await meanwhile(text)).toEqual([expect.stringMatching(expected)]);
  });

  it('ACCESS', async () => {
    await meanwhile('ACCESS ann 100');
    const levels = net.test.services.accounts.profiles
      .operators()
      .map(({ account, level }) => [account, level]);
    expect(levels).toEqual(
      expect.arrayContaining([
        ['ann', 100],
        ['idle', 1_000],
      ]),
    );
  });

  it('GIVEOWNERSHIP of ChanServ', async () => {
    net.test.say('AB B #tea 900 ABAAB:o');
    await net.says('root', 'REGISTER #tea *low', 'ChanServ');
    await meanwhile('GIVEOWNERSHIP #tea ann', 'ChanServ');
    expect(net.test.services.chanServ.registry.get('#tea')?.founder).toBe('ann');
  });
});
