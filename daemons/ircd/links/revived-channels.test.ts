/**
 * Channels of one name that end in one place and come again in another, and those of another age that are told of meanwhile:
 * what is known of each, and who is told of it.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordOf } from '../journal/channel-record.ts';
import { RestoredChannels } from '../journal/restored-channels.ts';
import type { MemoryClient } from '../memory-server.ts';
import { LinkedServer, linkLines, type MemoryEnd } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);
const S = NOW / 1000;
const ANN = 'ann!~ann@192.0.2.1';

let here: LinkedServer;
let ann: MemoryClient;
/** Servers of our own kind that are only lines, and one of ircu's. */
let one: MemoryEnd;
let two: MemoryEnd;

/** One that has told all; its only user is `nick`. */
function linked(name: string, numeric: string, nick: string, flags = 'h6Bt'): MemoryEnd {
  const burst = [`${numeric} N ${nick} 1 ${S} ~u 192.0.2.9 DAAAIJ ${numeric}AAA :x`];
  const end = linkLines(here, { name, numeric, flags, linkSeconds: S, burst });
  end.take();
  return end;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  here = new LinkedServer('here.test', 1);
  ann = here.irc.join('ann');
  one = linked('one.test', 'AC', 'bob');
  two = linked('two.test', 'AD', 'eve');
  one.take();
  ann.received();
});
afterEach(() => {
  here.close();
  vi.useRealTimers();
});

/** What `one` says, and what the other servers and it itself are told of it. */
function said(...lines: string[]): { readonly one: string[]; readonly two: string[] } {
  for (const line of lines) one.link!.take(line);
  return { one: one.take(), two: two.take() };
}

const channel = () => here.state.findChannel('#c')!;
const seen = () => {
  const { createdMs, topic, joinKey, limit, bans } = channel();
  ann.received();
  const modes = /324 ann #c (\S+)/.exec(ann.send('MODE #c').join('\n'))?.[1];
  return { age: createdMs / 1000 - S, modes, key: joinKey, limit, bans: bans.size, topic };
};

describe('a topic', () => {
  it('of an older channel is not that of the younger one here, and is its own once that is heard of', () => {
    said(`ACAAA C #c ${S + 5}`);
    const line = `AC T #c bob!~u@x ${S} ${S + 1} :of the older`;
    expect(said(line)).toEqual({ one: [], two: [line] });
    expect(seen()).toMatchObject({ age: 5, topic: '' });
    said(`AC M #c -o ACAAA ${S}`);
    expect(seen()).toMatchObject({ age: 0, topic: 'of the older' });
  });

  it('of a channel that has ended here goes on to others also where it is known', () => {
    const line = `AC T #c bob!~u@x ${S} ${S + 1} :words`;
    expect(said(`ACAAA C #c ${S}`, line, 'ACAAA L #c', line, line).two).toEqual([
      `ACAAA C #c ${S}`,
      line,
      'ACAAA L #c',
      line,
      line,
    ]);
    // The older of two is nobody's.
    expect(said(`AC T #c bob!~u@x ${S} ${S} :earlier`)).toEqual({ one: [], two: [] });
  });
});

describe('a channel that has ended here', () => {
  beforeEach(() => {
    ann.send('JOIN #c', 'MODE #c +smkl key 5', 'MODE #c +b *!*@x.test', 'TOPIC #c :hello');
    vi.setSystemTime(NOW + 1_000);
    ann.send('PART #c');
    one.take();
    two.take();
  });

  it('is as it was for whoever makes one of the same age elsewhere', () => {
    expect(said(`ACAAA C #c ${S}`, `AC M #c +nt ${S}`).two).toEqual([`ACAAA C #c ${S}`, `AC M #c +nt ${S}`]);
    expect(seen()).toEqual({ age: 0, modes: '+mnstkl', key: 'key', limit: 5, bans: 1, topic: 'hello' });
  });

  it('is told to servers that have linked since, whatever else is heard of it before', () => {
    vi.setSystemTime(NOW + 2_000);
    const three = linked('three.test', 'AE', 'fay');
    said(`AC M #c +i ${S}`, `AC B #c ${S} +p`, `AC T #c bob!~u@x ${S} ${S - 1} :older than ours`);
    three.take();
    expect(said(`ACAAA J #c ${S}`)).toEqual({ one: [], two: [`ACAAA J #c ${S}`] });
    expect(three.take()).toEqual([
      `ACAAA J #c ${S}`,
      `AB B #c ${S} +imnpstlk 5 key ACAAA :%*!*@x.test ${ANN} ${S}`,
      `AB T #c ann!~ann@192.0.2.1 ${S} ${S} :hello`,
    ]);
  });

  it('is put together with what a burst tells of it, which all hear who do not know', () => {
    const { two: heard } = said(`AC B #c ${S} +inkl lower 9 ACAAA:o`);
    expect(heard).toEqual([
      `AC B #c ${S} +inkl lower 9 ACAAA:o`,
      `AB B #c ${S} +imnstlk 5 key ACAAA:o :%*!*@x.test ${ANN} ${S}`,
      `AB T #c ann!~ann@192.0.2.1 ${S} ${S} :hello`,
    ]);
    expect(seen()).toMatchObject({ modes: '+imnstkl', key: 'key', limit: 5 });
  });

  it('is said again by nobody where a burst tells the same, but for its topic', () => {
    const line = `AC B #c ${S} +mnstkl key 5 ACAAA:o :%*!*@x.test ${ANN} ${S}`;
    expect(said(line).two).toEqual([line, `AB T #c ann!~ann@192.0.2.1 ${S} ${S} :hello`]);
  });
});

describe('a channel of another age than the one here', () => {
  it('is remembered and passed on where it is younger', () => {
    said(`ACAAA C #c ${S}`);
    const lines = [`AC M #c +s ${S + 5}`, `AC T #c bob!~u@x ${S + 5} ${S + 6} :of the younger`];
    expect(said(...lines)).toEqual({ one: [], two: lines });
    expect(seen()).toMatchObject({ age: 0, modes: '+', topic: '' });
    said('ACAAA L #c', `ACAAA J #c ${S + 5}`);
    expect(seen()).toMatchObject({ age: 5, modes: '+s', topic: 'of the younger' });
  });

  it('is told of where it is older, also when what was said of it concerns nobody here', () => {
    said(`ACAAA C #c ${S + 5}`);
    expect(said(`AC M #c +v ACZZZ ${S}`)).toEqual({ one: [], two: [`AB B #c ${S} ACAAA`] });
  });

  it('takes from the younger one what that has, which comes back where it is heard of after all', () => {
    ann.send('JOIN #c', 'MODE #c +s');
    said(`ACAAA J #c ${S - 5}`);
    expect(seen()).toMatchObject({ age: -5, modes: '+' });
    ann.send('PART #c');
    said('ACAAA L #c', `ACAAA J #c ${S}`);
    expect(seen()).toMatchObject({ age: 0, modes: '+nst' });
  });

  it('is told to our own kind as in a burst, which takes nothing from its operators, and to others as a loss', () => {
    const ircu = linked('ircu.test', 'AE', 'fay', 'h6');
    ann.send('JOIN #c');
    two.take();
    ircu.take();
    expect(said(`ACAAA J #c ${S - 5}`).two).toEqual([`AB B #c ${S - 5} ABAAA`, `ACAAA J #c ${S - 5}`]);
    expect(ircu.take()).toEqual([`AB M #c -o ABAAA ${S - 5}`, `ACAAA J #c ${S - 5}`]);
  });
});

it('whoever was kicked leaves on all servers, also those that have heard of them once more', () => {
  said(`ACAAA C #c ${S}`, 'ACAAA K #c ACAAA :out');
  expect(said('ACAAA L #c')).toEqual({ one: [], two: ['ACAAA L #c'] });
  expect(said('ACAAA L nothing').two).toEqual([]);
});

describe('a restored channel', () => {
  const restore = (): void => {
    ann.send('JOIN #c', 'MODE #c +sb *!*@x.test');
    const record = recordOf(channel());
    ann.send('PART #c');
    new RestoredChannels(here.irc.server).restore([record], NOW, NOW + 60_000);
    one.take();
    two.take();
  };

  it('that nobody came back to gives way to one of its age, whose members know better', () => {
    restore();
    said(`AC B #c ${S} +nt ACAAA:o`);
    expect(seen()).toMatchObject({ age: 0, modes: '+nt', bans: 0 });
  });

  it('that has given way once is what the network knows, and keeps it when it is told of again', () => {
    restore();
    said(`AC B #c ${S} +Pnt`, `AC B #c ${S} ACAAA`);
    expect(seen()).toMatchObject({ age: 0, modes: '+Pnt', bans: 0 });
  });

  it('that has given way to one on which nobody is known ends, and is remembered', () => {
    restore();
    said(`AC B #c ${S} +mnt`);
    expect(here.state.findChannel('#c')).toBeUndefined();
    said(`ACAAA J #c ${S}`);
    expect(seen()).toMatchObject({ age: 0, modes: '+mnt', bans: 0 });
  });

  it('that somebody came back to was told of, and is put together with it', () => {
    restore();
    vi.setSystemTime(NOW + 1_000);
    ann.send('JOIN #c', 'PART #c');
    two.take();
    const three = linked('three.test', 'AE', 'fay');
    const line = `AC B #c ${S} +nt ACAAA:o`;
    expect(said(line).two.at(-1)).toEqual(line);
    expect(seen()).toMatchObject({ age: 0, modes: '+nst', bans: 1 });
    expect(three.take()).toEqual([line, `AB B #c ${S} +nst ACAAA:o :%*!*@x.test ${ANN} ${S}`]);
  });
});
