/** Text of links that is no UTF-8: shown as UTF-8 here, and told to every other server in the bytes in which it came. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MemoryClient } from '../memory-server.ts';
import { LinkedServer, linkLines, type MemoryEnd } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);
const S = NOW / 1000;

let here: LinkedServer;
let ann: MemoryClient;
let from: MemoryEnd;
let to: MemoryEnd;

const linked = (name: string, numeric: string, flags = 'h6') =>
  linkLines(here, { name, numeric, flags, description: 'Gr\xfc\xdfe' });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  here = new LinkedServer('here.test', 1);
  ann = here.irc.join('ann', 'away-notify setname');
  ann.send('JOIN #c');
  here.irc.promote(ann, []);
  ann.send('MODE ann +w');
  from = linked('ircu.test', 'AC');
  to = linked('other.test', 'AD');
  take(`AC N bob 1 ${S} bob bob.test DLAHEJ ACAAA :B\xf6b`);
  take(`AD N eve 1 ${S} eve eve.test DLAHEJ ADAAA :Eve`, to);
  take(`ACAAA J #c ${S}`);
  take(`ADAAA J #c ${S}`, to);
  to.take();
  ann.received();
});
afterEach(() => {
  here.close();
  vi.useRealTimers();
});

function take(line: string, end = from): void {
  end.link!.take(line);
}

/** What a line becomes for a client here, and for the other server. */
function heard(line: string): { readonly shown: string; readonly told: string[] } {
  ann.received();
  to.take();
  take(line);
  return { shown: ann.received().join('\n'), told: to.take() };
}

/** Everything that somebody elsewhere may say; what is for people here alone goes nowhere else. */
const SAID: readonly { readonly line: string; readonly shown: string; readonly elsewhere?: false }[] = [
  { line: 'ACAAA A :caf\xe9', shown: ':bob!bob@bob.test AWAY :café' },
  { line: 'ACAAA P #c :caf\xe9', shown: ':bob!bob@bob.test PRIVMSG #c :café' },
  { line: 'ACAAA O ABAAA :caf\xe9', shown: ':bob!bob@bob.test NOTICE ann :café', elsewhere: false },
  { line: `ACAAA T #c ${S} ${S} :caf\xe9`, shown: ':bob!bob@bob.test TOPIC #c :café' },
  { line: 'ACAAA K #c ACAAA :caf\xe9', shown: ':bob!bob@bob.test KICK #c bob :café' },
  { line: 'ACAAA L #c :caf\xe9', shown: ':bob!bob@bob.test PART #c :café' },
  { line: 'ACAAA Q :caf\xe9', shown: ':bob!bob@bob.test QUIT :café' },
  { line: 'ACAAA WA :caf\xe9', shown: ':bob!bob@bob.test WALLOPS :café' },
  { line: 'ACAAA WU :caf\xe9', shown: ':bob!bob@bob.test WALLOPS :café' },
  { line: 'ACAAA WC #c :caf\xe9', shown: ':bob!bob@bob.test NOTICE @#c :café', elsewhere: false },
  { line: 'AC DS :caf\xe9', shown: 'ircu.test says: café' },
  { line: 'ACAAA OM #c +b caf\xe9!*@*', shown: ':bob!bob@bob.test MODE #c +b café!*@*' },
  { line: `ACAAA M #c +k caf\xe9 ${S}`, shown: ':bob!bob@bob.test MODE #c +k café' },
  { line: 'ACAAA P $*.test :caf\xe9', shown: ':bob!bob@bob.test PRIVMSG $*.test :café' },
  {
    line: `AC GL * +*@192.0.2.0/24 600 ${S} ${S + 600} :caf\xe9`,
    shown: 'added the G-line for *@192.0.2.0/24',
  },
  { line: `AC JU * +jupe.test 600 ${S} :caf\xe9`, shown: 'added the jupe for jupe.test' },
  {
    line: 'ACAAA D ACAAA :ircu.test!bob (caf\xe9)',
    shown: 'Received KILL for bob!bob@bob.test from bob: café',
  },
];

describe('text in Latin-1', () => {
  it.each(SAID)('$line is read as UTF-8 and passed on as it came', ({ line, shown, elsewhere = true }) => {
    const { shown: read, told } = heard(line);
    expect(read).toContain(shown);
    if (elsewhere) expect(told.map(sameKill)).toContain(sameKill(line));
  });

  it('is kept for those who link later: who somebody is, that they are away, topics, bans, servers, channels', () => {
    for (const line of [
      `ACAAA T #c ${S} ${S} :th\xe8me`,
      'ACAAA A :d\xe9jeuner',
      `ACAAA C #\xe9t\xe9 ${S}`,
      `AC GL * +*@192.0.2.0/24 600 ${S} ${S + 600} :caf\xe9`,
      `AC S behind.test 2 1 1 P10 AF]]] + :derri\xe8re`,
    ])
      take(line);
    const later = linked('later.test', 'AE', 'h6Bt').take();
    expect(later).toEqual(
      expect.arrayContaining([
        `AB GL * +*@192.0.2.0/24 600 ${S} ${S + 600} :caf\xe9`,
        `AB S ircu.test 2 1 ${S} J10 AC]]] +h6 :Gr\xfc\xdfe`.replace('J10', 'P10'),
        'AC S behind.test 3 1 1 P10 AF]]] + :derri\xe8re',
        `AC N bob 2 ${S} bob bob.test DLAHEJ ACAAA :B\xf6b`,
        'ACAAA A :d\xe9jeuner',
        `AB B #\xe9t\xe9 ${S} ACAAA:o`,
        `AB T #c bob!bob@bob.test ${S} ${S} :th\xe8me`,
      ]),
    );
    expect(ann.send('TOPIC #c', 'WHOIS bob', 'LIST #\u00e9t\u00e9').join('\n')).toMatch(
      / 332 ann #c :thème[\s\S]* 311 ann bob bob bob\.test \* :Böb[\s\S]* 301 ann bob :déjeuner[\s\S]* 322 ann #été 1 /,
    );
  });

  it('a name of a channel is the same for everybody who enters it here', () => {
    take(`ACAAA C #\xe9t\xe9 ${S}`);
    to.take();
    from.take();
    ann.send('JOIN #\u00e9t\u00e9', 'PRIVMSG #\u00e9t\u00e9 :chaud');
    expect(from.take()).toEqual([`ABAAA J #\xe9t\xe9 ${S}`, 'ABAAA P #\xe9t\xe9 :chaud']);
    expect(to.take()).toEqual([`ABAAA J #\xe9t\xe9 ${S}`]);
  });

  it('of a server that is gone is said in the same bytes why', () => {
    take(`AC S behind.test 2 1 1 P10 AF]]] + :x`);
    to.take();
    take(`ACAAA SQ behind.test 0 :cass\xe9`);
    expect(to.take()).toEqual(['ACAAA SQ behind.test 0 :cass\xe9']);
    take(`ACAAA SQ other.test 0 :cass\xe9`);
    expect(to.take()).toEqual(['AB SQ here.test 0 :cass\xc3\xa9']);
  });

  it('what somebody says anew in UTF-8 is said in that', () => {
    take(`ACAAA T #c ${S} ${S} :th\xe8me`);
    ann.send('TOPIC #c :après');
    expect(to.take().at(-1)).toBe(`ABAAA T #c ${S} ${S + 1} :apr\xc3\xa8s`);
    take('ACAAA A :d\xe9jeuner');
    take('ACAAA A :caf\xc3\xa9');
    expect(to.take().at(-1)).toBe('ACAAA A :caf\xc3\xa9');
    expect(linked('later.test', 'AE', 'h6Bt').take()).toContain('ACAAA A :caf\xc3\xa9');
  });
});

/** The path of a kill says where it went. */
function sameKill(line: string): string {
  return line.replace(/ D (\S+) :[^(]*/, ' D $1 :');
}
