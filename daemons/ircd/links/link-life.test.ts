/** One link from the first line to the last: what is said when, what is counted, and what operators read of it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import type { MemoryClient } from '../memory-server.ts';
import type { Link } from './link.ts';
import { blockFor, LinkedServer, linkLines, MemoryEnd } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);
const S = NOW / 1000;

let clock: FakeClock;
let here: LinkedServer;
let oper: MemoryClient;
let end: MemoryEnd;
let link: Link;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  clock = new FakeClock();
  here = new LinkedServer('here.test', 1, clock);
  here.blocks = [blockFor('there.test')];
  oper = here.irc.join('oper');
  here.irc.promote(oper, []);
  end = new MemoryEnd();
  link = here.network.open(end, null);
});
afterEach(() => {
  here.close();
  vi.useRealTimers();
});

function says(...lines: string[]): string[] {
  for (const line of lines) link.take(line);
  return end.take();
}

const SERVER = `SERVER there.test 1 ${S - 9} ${S} J10 AC]]] +h6 :There`;
const reads = () => oper.received().map((line) => line.replace(':here.test NOTICE oper :*** ', ''));

it('lets lines wait as long as the block of the peer says, whoever called', () => {
  here.blocks = [blockFor('there.test', { batchMs: 7 })];
  says('PASS :linkpw', SERVER);
  expect(end.batchMs).toBe(7);
  const called = new MemoryEnd();
  here.network.open(called, blockFor('other.test', { batchMs: 0 }));
  expect(called.batchMs).toBe(0);
});

it('is introduced, told all, and linked once both have told all', async () => {
  expect([link.state, link.peer, link.peerName, link.name, link.direction, link.sinceMs]).toEqual([
    'introducing',
    null,
    null,
    'a server at 192.0.2.77',
    'in',
    0,
  ]);
  expect(says('PASS :linkpw')).toEqual([]);
  expect(says(SERVER)).toEqual([
    'PASS :linkpw',
    `SERVER here.test 1 ${S} ${S} J10 AB]]] +h6Btr :Signalbox IRC server`,
    `AB N oper 1 ${S} ~oper 192.0.2.1 +o DAAAIB ABAAA :Real oper`,
    'AB EB',
  ]);
  expect([link.state, link.bursting, link.name, link.burstMs, link.sinceMs]).toEqual([
    'bursting',
    true,
    'there.test',
    null,
    NOW,
  ]);
  const there = here.state.findServer('there.test')!;
  expect([there.bootMs, there.linkedMs, there.foreign, there.hops]).toEqual([NOW - 9_000, NOW, true, 1]);
  await clock.advance(250);
  expect(says('AC EB')).toEqual(['AB EA', expect.stringMatching(/^AB G !(\S+) there\.test \1$/)]);
  expect([link.state, link.bursting, link.burstMs, there.bursting]).toEqual(['linked', false, 250, false]);
  expect(says('AC EA')).toEqual([]);
  expect(reads()).toEqual([
    'Nicks have at most 15 characters from now on',
    ':here.test 005 oper NICKLEN=15 :are supported by this server',
    'Link with there.test (ircu) established',
    'there.test has told all it knows',
  ]);
  const { linkLinesIn, linkLinesOut } = here.irc.server.counters;
  expect([linkLinesIn, linkLinesOut]).toEqual([4, 6]);
  const { bytesIn, linesIn, linesOut } = link.traffic;
  expect([linesIn, linesOut, bytesIn]).toEqual([
    4,
    6,
    'PASS :linkpw'.length + SERVER.length + 2 * 'AC EB'.length + 8,
  ]);
});

it('carries the same whoever has called, and says first who this is where this server has', () => {
  const called = new MemoryEnd();
  link = here.network.open(called, blockFor('there.test'));
  expect([link.direction, link.peerName, called.take()[0]]).toEqual(['out', 'there.test', 'PASS :linkpw']);
  link.take('PASS :linkpw');
  link.take(SERVER);
  expect(called.take().map((line) => line.split(' ')[1])).toEqual(['N', 'EB']);
  link.gone('test over');
});

it('tells of a clock that is wrong, and is linked all the same', () => {
  says('PASS :linkpw', `SERVER there.test 1 0 ${S + 31} J10 AC]]] +h6 :There`);
  expect(reads().at(-1)).toBe('Careful with there.test: its clock is 31 seconds ahead');
  expect([link.state, here.state.findServer('there.test')!.bootMs]).toEqual(['bursting', null]);
});

describe('ends', () => {
  const CAME = ['PASS :linkpw', SERVER];
  it.each<[string, string[], string]>([
    ['what comes before its name', ['NICK x'], 'NICK came before SERVER'],
    ['a long word before its name', ['X'.repeat(20)], `${'X'.repeat(16)} came before SERVER`],
    ['that it refuses before', ['ERROR :Go away'], 'the peer says: Go away'],
    ['that it refuses after', [...CAME, 'ERROR :Go away'], 'the peer says: Go away'],
    ['that it refuses in two words', ['ERROR Go :Away'], 'the peer says: Away'],
    ['that it refuses with a source, in two words', [...CAME, 'AC Y Go :Away'], 'the peer says: Away'],
    ['that it refuses with a source', [...CAME, 'AC Y :Go away'], 'the peer says: Go away'],
    ['NUL', [...CAME, 'AC G a\0b'], 'a line has a NUL or CR in it'],
    ['CR', [...CAME, 'AC G a\rb'], 'a line has a NUL or CR in it'],
    ['that it leaves', [...CAME, 'AC SQ here.test 0 :bye'], 'bye'],
  ])('by %s, and is not heard any more', (_how, lines, reason) => {
    says(...lines);
    const state = lines.length > 1 ? 'split' : 'failed';
    expect([link.reason, link.state, end.closed]).toEqual([reason, state, true]);
    const before = link.traffic.linesIn;
    expect(says('AC G x', SERVER)).toEqual([]);
    link.send('AB G x');
    for (const again of [() => link.fail('again'), () => link.leave('again'), () => link.gone('again')])
      again();
    expect([link.reason, link.traffic.linesIn, end.sent]).toEqual([reason, before, []]);
    expect(clock.pendingTimers).toBe(0);
    expect(here.state.findServer('there.test')).toBeUndefined();
  });

  it('in the log as what became of it', () => {
    const logged = (lines: string[]) => {
      end = new MemoryEnd();
      link = here.network.open(end, null);
      says(...lines);
      link.fail('no');
      return here.irc.host.logs.at(-1);
    };
    const fields = { address: '192.0.2.77' };
    expect([logged([]), logged(['PASS :x', SERVER]), logged(['PASS :linkpw', SERVER])]).toEqual([
      { event: 'link_refused', message: 'No link with a server at 192.0.2.77: no', fields },
      { event: 'link_failed', message: 'No link with there.test: the password is wrong', fields },
      { event: 'link_ended', message: 'The link with there.test ended: no', fields },
    ]);
    expect(logged(['PASS :x', SERVER.replace('there', 'stranger')])?.event).toBe('link_refused');
  });

  it('with words for whoever is there to read them', () => {
    link.fail('no');
    expect([end.take(), end.closed]).toEqual([['ERROR :Closing Link: no'], true]);
    end = linkLines(here, { name: 'there.test', numeric: 'AC' });
    end.take();
    oper.received();
    end.link!.fail('enough: é');
    expect(end.take()).toEqual(['AB SQ here.test 0 :enough: \xc3\xa9']);
    expect(reads()[0]).toBe('The link with there.test ended: enough: é');
    const other = linkLines(here, { name: 'there.test', numeric: 'AC' });
    other.take();
    other.link!.gone('Connection lost');
    expect([other.take(), other.closed, other.link!.reason]).toEqual([[], false, 'Connection lost']);
  });
});

it('passes on when servers behind it have told all, and when they have heard all', () => {
  end = linkLines(here, { name: 'there.test', numeric: 'AC' });
  link = end.link!;
  const other = linkLines(here, { name: 'other.test', numeric: 'AD' });
  link.take(`AC S far.test 2 0 ${S} J10 AE]]] +6 :Far`);
  other.take();
  says('AE EB', 'AE EA', 'AD EB', 'AZ EB', 'AZ EA', 'AD EA');
  // Nor does anybody but the peer answer for how far away that is.
  const stamp = '1700000000.000000';
  says(`AE Z AE !${stamp} ${stamp} 0 0`);
  expect(link.lagMs).toBeNull();
  says(`AC Z AC !${stamp} ${stamp} 0 0`);
  expect(link.lagMs).not.toBeNull();
  expect(other.take()).toEqual(['AE EB', 'AE EA']);
  expect(here.state.findServer('far.test')!.bursting).toBe(false);
});

it('goes on without what a defect kept from being done', () => {
  end = linkLines(here, { name: 'there.test', numeric: 'AC' });
  link = end.link!;
  end.take();
  vi.spyOn(here.state, 'findNumeric').mockImplementationOnce(() => {
    throw new Error('defect');
  });
  says('AC D ABAAA :x');
  vi.spyOn(here.state, 'findChannel').mockImplementationOnce(() => {
    throw new Error('another');
  });
  says('AC M #c +m');
  expect(here.irc.server.counters.handlerErrors).toBe(2);
  expect(here.irc.host.logs.slice(-2).map(({ event, fields }) => [event, fields])).toEqual([
    ['handler_failed', { command: 'KILL (D)', nick: 'there.test' }],
    ['handler_failed', { command: 'MODE (M)', nick: 'there.test' }],
  ]);
  // The log says where in the program it was.
  expect(here.irc.host.logs.at(-1)!.message).toMatch(/^Error: another\n +at /);
  expect(says('AC G x')).toEqual(['AB Z AB :x']);
});

it('looks after the memory every thousand lines', () => {
  end = linkLines(here, { name: 'there.test', numeric: 'AC' });
  link = end.link!;
  const looked = vi.spyOn(here.network, 'lookAtMemory');
  while (link.traffic.linesIn < 999) link.take('AC G x');
  expect(looked).not.toHaveBeenCalled();
  link.take('AC G x');
  link.take('AC G x');
  expect(looked).toHaveBeenCalledOnce();
});
