import { afterEach, beforeEach, expect, it } from 'vitest';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
let op: MemoryClient;
let bob: MemoryClient;

beforeEach(() => {
  irc = new MemoryServer();
  op = irc.join('op');
  bob = irc.join('bob');
  for (const client of [op, bob]) client.send('JOIN #x');
  for (const client of [op, bob]) client.received();
});
afterEach(() => irc.close());

const modeOf = (lines: readonly string[]) =>
  lines.find((line) => line.includes(' MODE '))?.split(' MODE ')[1];
const code = (lines: readonly string[]) => lines.at(-1)?.split(' ')[1];

it('announces what changed in one line, to everybody', () => {
  expect(modeOf(op.send('MODE #x +mvk-t+l bob secret 5'))).toBe('#x +mvk-t+l bob secret 5');
  expect(modeOf(bob.received())).toBe('#x +mvk-t+l bob secret 5');
  expect(op.send('MODE #x +m')).toEqual([]);
  expect(bob.send('MODE #x')[0]).toBe(':irc.test 324 bob #x +mnkl secret 5');
  expect(irc.join('stranger').send('MODE #x')[0]).toBe(':irc.test 324 stranger #x +mnkl * 5');
});

it('lets operators of the channel only change modes, and says so once', () => {
  expect(bob.send('MODE #x +imt-n')).toEqual([":irc.test 482 bob #x :You're not channel operator"]);
  expect(code(bob.send('MODE #x +b'))).toBe('368');
});

it('shows bans and both kinds of exceptions to members, and nothing of a secret channel to strangers', () => {
  op.send('MODE #x +beI a b c');
  bob.received();
  for (const [letter, entry, end] of [
    ['b', '367', '368'],
    ['e', '348', '349'],
    ['I', '346', '347'],
  ] as const) {
    expect(bob.send(`MODE #x +${letter}`).map((line) => line.split(' ')[1])).toEqual([entry, end]);
  }
  op.send('MODE #x +s');
  expect(
    irc
      .join('stranger')
      .send('MODE #x beI')
      .map((line) => line.split(' ')[1]),
  ).toEqual(['368', '349', '347']);
});

it('keeps banned users out and silent unless an exception covers them', () => {
  op.send('MODE #x +b bob');
  expect(code(bob.send('PRIVMSG #x :hi'))).toBe('404');
  op.send('MODE #x +e *!*@192.0.2.1');
  expect(bob.send('PRIVMSG #x :hi').filter((line) => line.includes(' 404 '))).toEqual([]);
  op.send('MODE #x -e *!*@192.0.2.1');
  bob.send('PART #x');
  expect(code(bob.send('JOIN #x'))).toBe('474');
});

it('matches a ban, an exception or an invite exception of a network against every address in it', () => {
  const v4 = irc.join('four', '', '127.8.9.10');
  const v6 = irc.join('six', '', '2001:db8::99');
  for (const [mask, covered, other] of [
    ['*!*@127.0.0.0/8', v4, v6],
    ['127.0.0.0/8', v4, v6],
    ['*!~four@127.0.0.0/8', v4, v6],
    ['*!*@::ffff:127.8.9.10', v4, v6],
    ['*!*@2001:DB8:0::/32', v6, v4],
    ['*!*@2001:0db8::0:99', v6, v4],
  ] as const) {
    op.send(`MODE #x +b ${mask}`);
    expect(code(covered.send('JOIN #x')), mask).toBe('474');
    expect(code(other.send('JOIN #x')), mask).toBe('366');
    op.send(`MODE #x +e ${mask}`);
    expect(code(covered.send('JOIN #x')), mask).toBe('366');
    for (const client of [covered, other]) client.send('PART #x');
    op.send(`MODE #x -be+i ${mask} ${mask}`, `MODE #x +I ${mask}`);
    expect(code(other.send('JOIN #x')), mask).toBe('473');
    expect(code(covered.send('JOIN #x')), mask).toBe('366');
    covered.send('PART #x');
    op.send(`MODE #x -iI ${mask}`);
  }
  op.send('MODE #x +b *!other@127.0.0.0/8');
  expect(code(v4.send('JOIN #x'))).toBe('366');
});

it('takes every spelling of a network for the same mask', () => {
  expect(modeOf(op.send('MODE #x +b *!*@10.1.2.3/8'))).toBe('#x +b *!*@10.0.0.0/8');
  expect(modeOf(op.send('MODE #x +b *!*@10.0.0.0/8'))).toBeUndefined();
  expect(modeOf(op.send('MODE #x -b *!*@10.9.9.9/8'))).toBe('#x -b *!*@10.0.0.0/8');
  expect(modeOf(op.send('MODE #x +b 0::1'))).toBe('#x +b *!*@::1');
  expect(modeOf(op.send('MODE #x -b *!*@0:0::1'))).toBe('#x -b *!*@::1');
  expect(irc.server.state.findChannel('#x')?.bans.size).toBe(0);
});

it('forgets the verdict on a ban when the nick changes', () => {
  op.send('MODE #x +b bob!*@*');
  expect(code(bob.send('PRIVMSG #x :hi'))).toBe('404');
  bob.send('NICK rob');
  expect(bob.send('PRIVMSG #x :hi').filter((line) => line.includes(' 404 '))).toEqual([]);
});

it('honours invitations of operators over +i, +k, +l and +b, once', () => {
  op.send('MODE #x +iklb key 1 *!*@*', 'KICK #x bob', 'INVITE bob #x');
  bob.received();
  expect(bob.send('JOIN #x')[0]).toContain(' JOIN #x');
  op.send('KICK #x bob');
  bob.received();
  expect(code(bob.send('JOIN #x'))).toBe('474');
});

it('lets +I in through +i but not through +k', () => {
  op.send('KICK #x bob', 'MODE #x +iI bob!*@*');
  bob.received();
  expect(bob.send('JOIN #x')[0]).toContain(' JOIN #x');
  bob.send('PART #x');
  op.send('MODE #x +k key');
  expect(code(bob.send('JOIN #x'))).toBe('475');
  expect(bob.send('JOIN #x key')[0]).toContain(' JOIN #x');
});

it('refuses bad keys, limits and masks with 696', () => {
  for (const change of [
    '+k :a b',
    '+k :',
    '+l 0',
    '+l -1',
    '+l 5x',
    '+l 99999999',
    '+b :x y',
    '+b 10.0.0.0/33',
    `+b ${'x'.repeat(201)}`,
  ]) {
    expect(code(op.send(`MODE #x ${change}`)), change).toBe('696');
  }
});

it('bounds lists and the parameters of one command', () => {
  const more = 'Not changed: at most 6 changes with a parameter at once';
  expect(op.send('MODE #x +bbbbbbbb a b c d e f g h')).toEqual([
    `:irc.test 696 op #x b g :${more}`,
    `:irc.test 696 op #x b h :${more}`,
    ':op!~op@192.0.2.1 MODE #x +bbbbbb a!*@* b!*@* c!*@* d!*@* e!*@* f!*@*',
  ]);
  bob.received();
  expect(bob.send('MODE #x +bbbbbbb a b c d e f g')).toEqual([
    ":irc.test 482 bob #x :You're not channel operator",
  ]);
  irc.server.tuning.set('mask_list_entries', 6);
  expect(code(op.send('MODE #x +b i'))).toBe('478');
  expect(op.send('MODE #x +b').filter((line) => line.includes(' 367 '))).toHaveLength(6);
  expect(op.send('MODE #x +b a')).toEqual([]);
});

it('names the change that is over the limit, of any kind, and goes on with those that need no parameter', () => {
  for (let i = 0; i < 7; i++) irc.join(`n${i}`).send('JOIN #x');
  op.received();
  const more = 'Not changed: at most 6 changes with a parameter at once';
  expect(op.send('MODE #x +vvvvvvv n0 n1 n2 n3 n4 n5 n6')).toEqual([
    `:irc.test 696 op #x v n6 :${more}`,
    ':op!~op@192.0.2.1 MODE #x +vvvvvv n0 n1 n2 n3 n4 n5',
  ]);
  expect(op.send('MODE #x -vvvvvvklm+s n0 n1 n2 n3 n4 n5 key 5')).toEqual([
    `:irc.test 696 op #x k key :${more}`,
    ':op!~op@192.0.2.1 MODE #x -vvvvvv+s n0 n1 n2 n3 n4 n5',
  ]);
});

it('bounds bans, exceptions and invite exceptions together, as MAXLIST says', () => {
  irc.server.tuning.set('mask_list_entries', 3);
  op.send('MODE #x +beI a b c');
  for (const letter of ['b', 'e', 'I']) expect(code(op.send(`MODE #x +${letter} d`)), letter).toBe('478');
  op.send('MODE #x -e b');
  expect(modeOf(op.send('MODE #x +b d'))).toBe('#x +b d!*@*');
});

it('announces many changes at once in lines that fit, none lost', () => {
  const toggles = '+m-m'.repeat(120);
  const long = irc.join('n'.repeat(30));
  long.send('JOIN #long');
  const lines = long.send(`MODE #long ${toggles}`);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(510);
  const letters = lines.map((line) => line.split(' ')[3]?.replaceAll(/[+-]/g, '')).join('');
  expect(letters).toHaveLength(toggles.replaceAll(/[+-]/g, '').length);
});

it('gives and takes status, and shows the highest or all prefixes', () => {
  op.send('MODE #x +ov bob bob');
  const plain = irc.join('plain').send('JOIN #x');
  expect(plain.find((line) => line.includes(' 353 '))).toContain(':@op @bob plain');
  const multi = irc.join('multi', 'multi-prefix userhost-in-names').send('JOIN #x');
  expect(multi.find((line) => line.includes(' 353 '))).toContain('@+bob!~bob@192.0.2.1');
  expect(code(op.send('MODE #x +o nobody'))).toBe('401');
  irc.join('outside');
  expect(code(op.send('MODE #x +o outside'))).toBe('441');
});

it('answers an unknown letter once, however often it is repeated', () => {
  expect(op.send(`MODE #x +${'z'.repeat(300)}`)).toEqual([':irc.test 472 op z :is unknown mode char to me']);
});

it('keeps CTCP but ACTION out of a +C channel', () => {
  op.send('MODE #x +C');
  expect(code(bob.send('PRIVMSG #x :\x01PING 1\x01'))).toBe('404');
  bob.send('PRIVMSG #x :\x01ACTION waves\x01');
  expect(op.received().at(-1)).toContain('ACTION waves');
});
