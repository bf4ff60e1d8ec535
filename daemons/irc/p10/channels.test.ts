import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STATUS } from '../modes.ts';
import { type BurstChannel, readBurst, writeBurst } from './burst-line.ts';
import { KIND_LIMITS, type PeerKind } from './kinds.ts';
import { readLine } from './line.ts';
import { type LinkModeChange, type ModeLine, readModes, writeModes } from './mode-line.ts';
import { userNumeric } from './numeric.ts';

const { op, voice } = STATUS;
const burst = (text: string, kind: PeerKind = 'ircu') => readBurst(readLine(text, true)!, KIND_LIMITS[kind]);
const modes = (text: string, kind: PeerKind = 'ircu') =>
  readModes(readLine(text, true)!, KIND_LIMITS[kind]) as ModeLine;

describe('channels of a burst', () => {
  it('bring modes, members and bans', () => {
    expect(burst('AB B #one 1795853839 +tnlk 10 key ABAAB:v,ABAAA:o :%*!*@bad.example *!*@worse')).toEqual({
      channel: '#one',
      createdSeconds: 1795853839,
      modes: 'tnlk',
      modeArguments: new Map([
        ['l', '10'],
        ['k', 'key'],
      ]),
      members: [
        { numeric: 'ABAAB', status: voice },
        { numeric: 'ABAAA', status: op },
      ],
      bans: ['*!*@bad.example', '*!*@worse'],
      exceptions: [],
      inviteExceptions: [],
    } satisfies BurstChannel);
  });

  it('give a status to all members behind it', () => {
    const { members } = burst('DH B #c 1 DHAAC,DHAAA:o,DHAAB,DHAAD:ov,DHAAE:v,DHAAF:999') as BurstChannel;
    expect(members.map(({ status }) => status)).toEqual([0, op, op, op | voice, voice, op]);
  });

  it('may have nobody, or nothing at all', () => {
    expect(burst('AB B #c 5')).toMatchObject({ members: [], bans: [], modes: '' });
    expect(burst('AB B #c 5 +nt')).toMatchObject({ members: [], modes: 'nt' });
  });

  it('bring exceptions where the kind has them', () => {
    expect(burst('AD B #c 5 :%a!*@* b!*@* ~ c!*@*', 'nefarious')).toMatchObject({
      bans: ['a!*@*', 'b!*@*'],
      exceptions: ['c!*@*'],
    });
    expect(burst('AD B #c 5 :%~ c!*@*', 'nefarious')).toMatchObject({ bans: [], exceptions: ['c!*@*'] });
    expect(burst('AD B #c 5 :%= d!*@* ~ c!*@*', 'signalbox')).toMatchObject({
      bans: [],
      exceptions: ['c!*@*'],
      inviteExceptions: ['d!*@*'],
    });
  });

  it('say who set each mask and when, between servers of our own kind', () => {
    const text = 'AB B #c 5 :%a!*@* ann!a@x 7 b!*@* ~ c!*@* one.test 8';
    const read = readBurst(readLine(text, true)!, KIND_LIMITS.signalbox, true) as BurstChannel;
    expect(read).toMatchObject({ bans: ['a!*@*', 'b!*@*'], exceptions: ['c!*@*'] });
    expect([...read.origins!]).toEqual([
      ['bans a!*@*', { by: 'ann!a@x', atSeconds: 7 }],
      ['exceptions c!*@*', { by: 'one.test', atSeconds: 8 }],
    ]);
    expect(writeBurst('AB', read)).toEqual([text]);
  });

  it.each([
    ['AB B #c', 'time'],
    ['AB B #c x', 'no time'],
    ['AB B #c 5 +l', 'lacks its argument'],
    ['AB B #c 5 ABAA:o', 'no numeric'],
    ['AB B #c 5 ABAAA,,ABAAB', 'no numeric'],
  ])('are refused in words: %s', (text, words) => {
    expect(burst(text)).toContain(words);
  });

  it('come back from as many lines as hold them, each with at most 510 bytes', () => {
    const mask = fc.stringMatching(/^[a-z*?]{1,20}![a-z*]{1,9}@[a-z0-9.*]{1,90}$/);
    const channel = fc.record({
      statuses: fc.array(fc.constantFrom(0, op, voice, op | voice), { maxLength: 200 }),
      bans: fc.array(mask, { maxLength: 12 }),
      exceptions: fc.array(mask, { maxLength: 12 }),
      inviteExceptions: fc.array(mask, { maxLength: 12 }),
      modes: fc.constantFrom('', 'nt', 'lk'),
    });
    fc.assert(
      fc.property(channel, ({ statuses, bans, exceptions, inviteExceptions, modes: letters }) => {
        const modeArguments = new Map(
          letters === 'lk'
            ? ([
                ['l', '7'],
                ['k', 'key'],
              ] as const)
            : [],
        ) as ReadonlyMap<string, string>;
        const members = statuses.map((status, i) => ({ numeric: userNumeric('AB', i), status }));
        const one = {
          channel: '#chan',
          createdSeconds: 77,
          modes: letters,
          modeArguments,
          members,
          bans,
          exceptions,
          inviteExceptions,
        };
        const lines = writeBurst('AB', one);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(510);
        const read = lines.map((line) => burst(line, 'nefarious') as BurstChannel);
        expect(
          read.every(({ channel: name, createdSeconds }) => name === '#chan' && createdSeconds === 77),
        ).toBe(true);
        expect(read.map((part) => part.modes).join('')).toBe(letters);
        expect(read.flatMap((part) => [...part.modeArguments])).toEqual([...modeArguments]);
        const found = read.flatMap((part) => part.members).sort((a, b) => (a.numeric < b.numeric ? -1 : 1));
        expect(found).toEqual(members);
        expect(read.flatMap((part) => part.bans)).toEqual(bans);
        expect(read.flatMap((part) => part.exceptions)).toEqual(exceptions);
        expect(read.flatMap((part) => part.inviteExceptions)).toEqual(inviteExceptions);
      }),
      { numRuns: 40 },
    );
  });
});

describe('changes of modes', () => {
  it('take their arguments in the order of the letters, and end with the time of the channel', () => {
    expect(modes('ACAAB M #new +kb-o sesam *!*@x.example ABAAA 1795853856')).toEqual({
      channel: '#new',
      createdSeconds: 1795853856,
      changes: [
        { on: true, letter: 'k', argument: 'sesam' },
        { on: true, letter: 'b', argument: '*!*@x.example' },
        { on: false, letter: 'o', argument: 'ABAAA' },
      ],
    });
  });

  it('have no time from services that give none', () => {
    expect(modes('AF M #one +o AFAAA').createdSeconds).toBe(-1);
    expect(modes('AF M #one').changes).toEqual([]);
  });

  it('need an argument for a limit only when it is set', () => {
    expect(modes('AC M #c -l+l 5 9').changes).toEqual([
      { on: false, letter: 'l', argument: '' },
      { on: true, letter: 'l', argument: '5' },
    ]);
  });

  it('give no argument to letters that the kind does not know', () => {
    expect(modes('AC M #c +eb x y 5').changes).toEqual([
      { on: true, letter: 'e', argument: '' },
      { on: true, letter: 'b', argument: 'x' },
    ]);
    expect(modes('AC M #c +eb x y 5', 'signalbox').changes).toEqual([
      { on: true, letter: 'e', argument: 'x' },
      { on: true, letter: 'b', argument: 'y' },
    ]);
  });

  it('leave out a mode whose argument is missing', () => {
    expect(modes('AC M #c +ob ABAAA').changes).toEqual([{ on: true, letter: 'o', argument: 'ABAAA' }]);
  });

  it('say the same when they are read again, in lines of 510 bytes and six arguments', () => {
    const plain = fc.record({
      on: fc.boolean(),
      letter: fc.constantFrom('n', 't', 'i'),
      argument: fc.constant(''),
    });
    const masked = fc.record({
      on: fc.boolean(),
      letter: fc.constantFrom('b', 'o'),
      argument: fc.stringMatching(/^[!-9;-~][!-~]{0,100}$/),
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(plain, masked), { maxLength: 30 }), (changes: LinkModeChange[]) => {
        const lines = writeModes('AB', 'M', '#chan', changes, 77);
        const read = lines.map((line) => modes(line));
        expect(read.flatMap((line) => line.changes)).toEqual(changes);
        for (const [i, line] of read.entries()) {
          expect(lines[i]!.length).toBeLessThanOrEqual(510);
          expect(line.createdSeconds).toBe(77);
          expect(line.changes.filter(({ argument }) => argument !== '').length).toBeLessThanOrEqual(6);
        }
      }),
      { numRuns: 60 },
    );
  });
});
