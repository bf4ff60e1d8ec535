/** What is spam to SpamServ: warned of first, acted upon then, and remembered of a bounded number of people. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { judgeJoin, judgeLine, type SpamRules } from './spam-judge.ts';
import { SpamMemory } from './spam-memory.ts';
import { type Offence, readSpamSettings, type SpamSettings } from './spam-settings.ts';
import { holdsWord, isAdvertisement, isShouting, lineMark, plainText } from './spam-text.ts';

const OFF = {
  ...{ advScan: false, badwordScan: false, capsScan: false, spamScan: false },
  ...{ chanFloodScan: false, joinFloodScan: false },
};

function rules(set: Partial<SpamSettings>, more: Partial<SpamRules> = {}): SpamRules {
  return {
    settings: { ...readSpamSettings('{}'), ...OFF, ...set },
    badWords: [],
    exceptions: [],
    isChannel: (name) => name === '#other',
    ...more,
  };
}

const fresh = () => new SpamMemory<object, object>().record({}, {});
const said = (verdict: ReturnType<typeof judgeLine>) =>
  verdict === null ? '' : `${verdict.offence}: ${verdict.reaction ?? 'warning'}`;

describe('a line', () => {
  it.each([
    ['\x02bo\x02ld', 'bold'],
    ['\x0312,4blue\x03 and \x04ff0000red\x0f', 'blue and red'],
    ['plain', 'plain'],
  ])('%j reads %s', (text, plain) => expect(plainText(text)).toBe(plain));

  it.each([
    ['STOP IT NOW', true],
    ['STOP it now please, you there', false],
    ['ÄÖÜÄÖÜÄÖÜÄÖÜ', true],
    ['12345678901234567890', false],
    ['A', false],
  ])('%s shouts: %s', (text, shouts) => expect(isShouting(text, 5, 50)).toBe(shouts));

  it.each([
    ['see http://x.example', true],
    ['(https://x.example)', true],
    ['www.example.net', true],
    ['ftp.example.net', true],
    ['join #other!', true],
    ['join #nowhere', false],
    ['C# and #1', false],
    ['awww.example', false],
    ['http is a protocol', false],
  ])('%s advertises: %s', (text, advertises) =>
    expect(isAdvertisement(text, (name) => name === '#other')).toBe(advertises),
  );

  it('has the mark of another one only where it is that but for capitals', () => {
    expect(lineMark('Hello There')).toBe(lineMark('hello there'));
    expect(lineMark('hello there')).not.toBe(lineMark('hello, there'));
    expect(holdsWord('A NASTY word', ['nasty'])).toBe(true);
    expect(holdsWord('a nice word', ['nasty'])).toBe(false);
  });
});

const SCANS = {
  ...{ repeat: 'spamScan', flood: 'chanFloodScan', joins: 'joinFloodScan', words: 'badwordScan' },
  ...{ advertisement: 'advScan', caps: 'capsScan' },
} as const;

describe('whoever', () => {
  it('says one line again is warned, then kept out, and may say another one', () => {
    const record = fresh();
    const set = rules({ spamScan: true, spamLimit: 1 });
    const say = (text: string) => said(judgeLine(set, record, text, 0, 0));
    expect(['a', 'A', 'a', 'a'].map(say)).toEqual(['', '', 'repeat: warning', 'repeat: short ban']);
    expect(['b', 'a', 'b'].map(say)).toEqual(['', '', '']);
  });

  it('speaks too fast is warned, then kept out; in their own time they say what they like', () => {
    const set = rules({ chanFloodScan: true });
    const record = fresh();
    const say = (at: number) => said(judgeLine(set, record, `line ${at}`, 0, at));
    const burst = Array.from({ length: 9 }, (_, at) => say(at));
    expect(burst).toEqual([...Array(6).fill(''), 'flood: warning', '', 'flood: short ban']);
    const slow = Array.from({ length: 40 }, (_, at) => say(limits.floodMs.default * (at + 2)));
    expect(slow.join('')).toBe('');
  });

  it.each([
    ['words', rules({ badwordScan: true, badReaction: 0 }, { badWords: ['nasty'] }), 'so NASTY', 'kick'],
    ['advertisement', rules({ advScan: true }), 'join #other', 'long ban'],
    ['caps', rules({ capsScan: true, capsReaction: 1 }), 'WHAT IS GOING ON', 'kickban'],
  ])('does %s is warned, and warned no more for a while', (offence, set, text, reaction) => {
    const record = fresh();
    const say = (at: number) => said(judgeLine(set, record, text, 0, at));
    expect([say(0), say(1)]).toEqual([`${offence}: warning`, `${offence}: ${reaction}`]);
    const later = limits.spamWarningMs.default;
    expect(say(later)).toBe(`${offence}: warning`);
    expect(said(judgeLine(set, record, 'nothing of it', 0, later))).toBe('');
  });

  it('is thrown out again soon is kept out for a while, although a kick is set', () => {
    const set = rules({ advScan: true, advReaction: 0 });
    const record = fresh();
    const say = (at: number) => said(judgeLine(set, record, 'www.example.net', 0, at));
    expect([say(0), say(1), say(2)]).toEqual([
      ...['advertisement: warning', 'advertisement: kick', 'advertisement: short ban'],
    ]);
    const later = limits.spamAgainMs.default + 2;
    expect([say(later), say(later + 1)]).toEqual(['advertisement: warning', 'advertisement: kick']);
  });

  it('says an exception is let alone by what looks at words', () => {
    const set = rules(
      { advScan: true, badwordScan: true },
      { badWords: ['nasty'], exceptions: ['example.net'] },
    );
    expect(said(judgeLine(set, fresh(), 'nasty www.EXAMPLE.net', 0, 0))).toBe('');
  });

  it('hops in and out is kept out', () => {
    const record = fresh();
    const set = rules({ joinFloodScan: true });
    const joins = Array.from({ length: 4 }, (_, at) => said(judgeJoin(set, record, 0, at)));
    expect(joins).toEqual(['', '', '', 'joins: short ban']);
    const slow = Array.from({ length: 10 }, (_, at) =>
      said(judgeJoin(set, record, 0, limits.joinFloodMs.default * (at + 1))),
    );
    expect(slow.join('')).toBe('');
  });

  it.each(Object.keys(SCANS) as Offence[])(
    'has enough access is let alone, for %s too; with a little less they are not',
    (offence) => {
      const on = { [SCANS[offence]]: true, capsMin: 1, capsPercent: 1, spamLimit: 0 };
      const set = rules(on, { badWords: ['nasty'] });
      const worst = (level: number) => {
        const record = fresh();
        return Array.from({ length: 12 }, (_, at) =>
          offence === 'joins'
            ? said(judgeJoin(set, record, level, at))
            : said(judgeLine(set, record, 'NASTY www.example.net', level, at)),
        ).join('');
      };
      const from = offence === 'joins' ? 300 : 200;
      expect(worst(from)).toBe('');
      expect(worst(from - 1)).toContain(offence);
      expect(worst(300)).toBe('');
    },
  );
});

it('remembers a bounded number, of each user too, and forgets whoever was not heard of for longest', () => {
  const step = fc.record({ user: fc.nat(5), channel: fc.nat(5), leaves: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const memory = new SpamMemory<object, object>(8, 3);
      const users = Array.from({ length: 6 }, () => ({}));
      const channels = Array.from({ length: 6 }, () => ({}));
      // What is kept, the latest last.
      let model: { user: number; channel: number; record: object }[] = [];
      for (const { user, channel, leaves } of steps) {
        if (leaves) {
          memory.forgetUser(users[user]!);
          model = model.filter((one) => one.user !== user);
        } else {
          const known = model.find((one) => one.user === user && one.channel === channel);
          const record = memory.record(users[user]!, channels[channel]!);
          if (known !== undefined) expect(record).toBe(known.record);
          model = model.filter((one) => one !== known);
          const own = model.filter((one) => one.user === user);
          if (known === undefined && own.length >= 3) model = model.filter((one) => one !== own[0]);
          if (known === undefined && model.length >= 8) model.shift();
          model.push({ user, channel, record });
        }
        expect(memory.size).toBe(model.length);
      }
      for (const one of [...model])
        expect(memory.record(users[one.user]!, channels[one.channel]!)).toBe(one.record);
    }),
  );
});

it('forgets one to remember another, and whoever leaves is forgotten with all of it', () => {
  const [ann, bob, tea, cake] = [{ name: 'ann' }, { name: 'bob' }, { name: 'tea' }, { name: 'cake' }];
  const one = new SpamMemory<object, object>(1, 9);
  const first = one.record(ann, tea);
  const second = one.record(ann, cake);
  expect([one.size, one.record(ann, cake) === second, one.record(ann, tea) === first]).toEqual([
    1,
    true,
    false,
  ]);
  one.record(bob, tea);
  expect(one.size).toBe(1);
  one.forgetUser(ann);
  expect(one.size).toBe(1);
  one.forgetUser(bob);
  expect(one.size).toBe(0);
  const ofUser = new SpamMemory<object, object>(9, 1);
  const [kept, other] = [ofUser.record(ann, tea), ofUser.record(bob, tea)];
  ofUser.record(ann, cake);
  expect([ofUser.size, ofUser.record(bob, tea) === other]).toEqual([2, true]);
  expect(ofUser.record(ann, tea)).not.toBe(kept);
  ofUser.clear();
  expect(ofUser.size).toBe(0);
  expect(ofUser.record(bob, tea)).not.toBe(other);
});

it('settings that are kept are read within their bounds, and as by default where they are none', () => {
  const initial = readSpamSettings('{}');
  expect(initial).toEqual({
    ...{ exceptLevel: 300, exceptAdvLevel: 200, exceptBadwordLevel: 200, exceptCapsLevel: 200 },
    ...{ exceptFloodLevel: 200, exceptSpamLevel: 200, spamLimit: 1 },
    ...{ badReaction: 2, capsReaction: 2, advReaction: 3, warnReaction: 2 },
    ...{ advScan: false, badwordScan: false, capsScan: false },
    ...{ spamScan: true, chanFloodScan: true, joinFloodScan: true, capsMin: 10, capsPercent: 25 },
  });
  for (const [key, least, most] of [
    ...['exceptLevel', 'exceptAdvLevel', 'exceptSpamLevel'].map((name) => [name, 1, 501] as const),
    ...['badReaction', 'warnReaction'].map((name) => [name, 0, 4] as const),
    ...[['spamLimit', 0, 4] as const, ['capsMin', 1, 400] as const, ['capsPercent', 1, 100] as const],
  ]) {
    const kept = (value: unknown) => readSpamSettings(JSON.stringify({ [key]: value, capsScan: true }));
    for (const fits of [least, most])
      expect(kept(fits), `${key} ${fits}`).toMatchObject({ [key]: fits, capsScan: true });
    for (const none of [least - 1, most + 1, least + 0.5, 'x'])
      expect(kept(none), `${key} ${none}`).toEqual(initial);
  }
  for (const none of ['', 'no json', '[]', '5']) expect(readSpamSettings(none)).toEqual(initial);
});
