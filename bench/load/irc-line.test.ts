import fc from 'fast-check';
import { expect, test } from 'vitest';
import { happeningIn } from './channel.ts';
import { CommandCounter } from './command-counter.ts';
import { readLine } from './irc-line.ts';
import { DEEDS, type Doer, isRefusal, ORDER } from './mixed-commands.ts';

test.each([
  [':ann!a@host PRIVMSG #x :hello  there', 'ann', 'PRIVMSG', ['#x', 'hello  there']],
  ['@time=1 :irc.test 366 ann #x :End', 'irc.test', '366', ['ann', '#x', 'End']],
  [':ann!a@host JOIN #x', 'ann', 'JOIN', ['#x']],
  [':ann!a@host JOIN :#x', 'ann', 'JOIN', ['#x']],
  [':ann MODE #x +l 1007', 'ann', 'MODE', ['#x', '+l', '1007']],
  ['ping :x:y', '', 'PING', ['x:y']],
  [':ann TOPIC #x :', 'ann', 'TOPIC', ['#x', '']],
  ['', '', '', []],
  [':only', 'only', '', []],
])('%s', (text, from, command, params) => {
  expect(readLine(text)).toEqual({ from, command, params });
});

test('whatever a server says is read without an error', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { command } = readLine(text);
      expect(command).not.toContain(' ');
    }),
  );
});

test('commands are counted by their letter, wherever the bytes are cut', () => {
  const lines = [
    ':ann!a@h JOIN #x',
    ':bob!b@h QUIT :bye :JOIN',
    'PING :JOIN',
    ':s 366 a #x :JOIN',
    ':ann!a@h  JOIN #y',
    '',
  ];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...lines), { maxLength: 20 }),
      fc.array(fc.nat(30), { minLength: 1, maxLength: 20 }),
      (said, cuts) => {
        const bytes = Buffer.from(said.map((line) => `${line}\r\n`).join(''));
        const counter = new CommandCounter();
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const piece = bytes.subarray(at, at + 1 + cuts[i % cuts.length]!);
          at += piece.length;
          counter.feed(Buffer.concat([piece, Buffer.from('JOIN')]), piece.length);
        }
        for (const letter of ['J', 'Q', 'P', '3']) {
          const wanted = said.filter((line) => readLine(line).command.startsWith(letter)).length;
          expect([letter, counter.of(letter), counter.take(letter), counter.of(letter)]).toEqual([
            ...[letter, wanted, wanted, 0],
          ]);
        }
      },
    ),
  );
});

test('what happens in a channel is known again by every member, and nothing else is', () => {
  const key = (text: string) => happeningIn(readLine(text));
  expect(key(':a!b@c PRIVMSG #x :t7')).toBe('message t7');
  expect(key(':a!b@c TOPIC #x :t8')).toBe('topic t8');
  expect(key(':a!b@c MODE #x +l 10009')).toBe('mode 10009');
  expect(key(':a!b@c JOIN #x')).toBe('join a');
  expect(key(':a!b@c PART #x')).toBe('part a');
  expect(key(':s 366 a #x :End')).toBeNull();
});

function doer(): Doer {
  return {
    ...{ nick: 'ann', channel: '#x', side: '#x-side', inSide: false, away: false },
    other: () => 'bob',
  };
}

test.each([
  ['PRIVMSG', ':ann!a@h PRIVMSG #x :the quick brown fox t1', ':ann!a@h PRIVMSG #x :the quick brown fox t12'],
  ['PING', ':s PONG s :t1', ':s PONG s :t2'],
  ['JOIN/PART', ':s 366 ann #x-side :End', ':s 366 ann #x :End'],
  ['NICK', ':ann!a@h NICK :annx', ':bob!a@h NICK :ann'],
  ['AWAY', ':s 306 ann :away', ':s 305 ann :back'],
  ['WHO', ':s 315 ann #x :End', ':s 352 ann #x'],
  ['WHOIS', ':s 318 ann bob :End', ':s 311 ann bob'],
  ['NAMES', ':s 366 ann #x :End', ':s 353 ann #x'],
  ['MODE', ':s 324 ann #x +nt', ':s 329 ann #x 1'],
  ['TOPIC', ':s 331 ann #x :none', ':s 333 ann #x bob 1'],
  ['ISON', ':s 303 ann :bob', ':s 302 ann :'],
])('%s is done by its answer and by no other', (kind, answer, other) => {
  const deed = DEEDS[kind]!(doer(), 't1');
  expect([deed.done(readLine(answer)), deed.done(readLine(other))]).toEqual([true, false]);
});

test('who has joined parts next, who is away comes back, and a nick changes to and fro', () => {
  const ann = doer();
  const lines = (kind: string) =>
    [1, 2, 3].map(() => {
      const { line, after } = DEEDS[kind]!(ann, 't');
      after?.();
      return line;
    });
  expect(lines('JOIN/PART')).toEqual(['JOIN #x-side', 'PART #x-side', 'JOIN #x-side']);
  expect(DEEDS['JOIN/PART']!(ann, 't').done(readLine(':ann!a@h PART #x-side'))).toBe(true);
  expect(lines('AWAY')).toEqual(['AWAY :gone', 'AWAY', 'AWAY :gone']);
  expect(lines('NICK')).toEqual(['NICK annx', 'NICK ann', 'NICK annx']);
});

test('every second command is a message, and all kinds have their turn', () => {
  expect(new Set(ORDER)).toEqual(new Set(Object.keys(DEEDS)));
  expect(ORDER.filter((kind) => kind === 'PRIVMSG').length * 2).toBe(ORDER.length);
  expect([':s 482 a :no', ':s 318 a', ':a JOIN #x'].map((line) => isRefusal(readLine(line)))).toEqual([
    ...[true, false, false],
  ]);
});
