/** Which notices an operator gets (user mode `s`). Who may set it stands in permissions/modes.md. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { noticeOpers } from './broadcast.ts';
import { MemoryServer } from './memory-server.ts';
import { chooseNotices, NOTICE, NOTICE_LETTERS, noticeLetters, USUAL_NOTICES } from './notice-kinds.ts';

let irc: MemoryServer;
beforeEach(() => {
  irc = new MemoryServer();
});
afterEach(() => irc.close());

it('adds and takes kinds as they are written, whatever was chosen before, and tells letters that are none', () => {
  const letters = [...NOTICE_LETTERS.keys()];
  const word = fc.array(fc.constantFrom('+', '-', ...letters, 'x', '!')).map((signs) => signs.join(''));
  fc.assert(
    fc.property(fc.subarray(letters), word, (before, written) => {
      const wanted = new Set(before);
      let on = true;
      for (const sign of written) {
        if (sign === '+' || sign === '-') on = sign === '+';
        else if (on) wanted.add(sign);
        else wanted.delete(sign);
      }
      const { bits, unknown } = chooseNotices(chooseNotices(0, before.join('')).bits, written);
      expect(noticeLetters(bits)).toBe(letters.filter((letter) => wanted.has(letter)).join(''));
      expect(unknown).toBe(written.replaceAll(/[^x!]/g, ''));
    }),
  );
});

it('has a letter for each kind, and gives operators all of them but who comes and goes', () => {
  expect([...NOTICE_LETTERS.values()].toSorted((a, b) => a - b)).toEqual(Object.values(NOTICE));
  expect(USUAL_NOTICES).toBe(Object.values(NOTICE).reduce((all, bit) => all | bit) & ~NOTICE.clients);
});

it('tells an operator of the kinds that they chose, and of no other', () => {
  const oper = irc.join('oper');
  irc.promote(oper, []);
  for (const [letter, kind] of NOTICE_LETTERS) {
    oper.send('MODE oper -s', `MODE oper +s ${letter}`);
    oper.received();
    for (const [other, bit] of NOTICE_LETTERS) noticeOpers(irc.server, bit, other);
    expect(oper.received()).toEqual([`:irc.test NOTICE oper :*** ${letter}`]);
    expect(oper.client!.notices).toBe(kind);
  }
});

it('tells of clients that come and go only who asks for it', () => {
  const [oper, other] = [irc.join('oper'), irc.join('other')];
  for (const one of [oper, other]) irc.promote(one, []);
  oper.send('MODE oper +s c');
  oper.received();
  irc.join('bob').send('QUIT :bye');
  expect(oper.received()).toEqual([
    ':irc.test NOTICE oper :*** bob!~bob@192.0.2.1 connected',
    ':irc.test NOTICE oper :*** bob!~bob@192.0.2.1 left: Quit: bye',
  ]);
  expect(other.received()).toEqual([]);
});

it('takes the usual kinds where none are named, and tells of a change only where the mode comes or goes', () => {
  const oper = irc.join('oper');
  irc.promote(oper, []);
  expect(oper.send('MODE oper +s -k')).toEqual([':irc.test 008 oper +bdfglos :Server notice mask']);
  expect(oper.send('MODE oper -s')).toEqual([':oper!~oper@192.0.2.1 MODE oper :-s']);
  expect(oper.send('MODE oper +s')).toEqual([
    ':oper!~oper@192.0.2.1 MODE oper :+s',
    ':irc.test 008 oper +bdfgklos :Server notice mask',
  ]);
  // Whoever is no operator any more hears nothing, also when they become one again without a word of it.
  oper.send('MODE oper -o');
  expect([oper.client!.notices, oper.user!.modeLetters()]).toEqual([0, '+']);
});
