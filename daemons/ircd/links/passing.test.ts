/** What is said to many, or for others to hear: done here, and passed on to the servers behind. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CMODE } from '../../irc/modes.ts';
import type { MemoryClient } from '../memory-server.ts';
import { LinkedServer, linkLines, type MemoryEnd } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);
const SECONDS = NOW / 1000;

let here: LinkedServer;
let ann: MemoryClient;
/** Two servers that are only lines: what one says is read at the other. */
let hub: MemoryEnd;
let leaf: MemoryEnd;

const linked = (name: string, numeric: string) => linkLines(here, { name, numeric, kind: 'ircu' });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  here = new LinkedServer('here.test', 1);
  ann = here.irc.join('ann');
  ann.send('JOIN #c');
  hub = linked('hub.test', 'AC');
  leaf = linked('leaf.test', 'AD');
  hub.link!.take(`AC N bob 1 ${SECONDS} ~bob bob.test +o B]AAAB ACAAA :Bob`);
  leaf.link!.take(`AD N eve 1 ${SECONDS} ~eve eve.test +i B]AAAB ADAAA :Eve`);
  leaf.link!.take(`ADAAA J #c ${SECONDS}`);
  for (const end of [hub, leaf]) end.take();
  ann.received();
});
afterEach(() => {
  here.close();
  vi.useRealTimers();
});

/** What the hub says; what is heard of it at the leaf, and by the hub again. */
function said(...lines: string[]): {
  readonly leaf: string[];
  readonly hub: string[];
  readonly ann: string[];
} {
  ann.received();
  for (const line of lines) hub.link!.take(line);
  return { leaf: leaf.take(), hub: hub.take(), ann: ann.received() };
}

describe('what other servers say', () => {
  it('goes to whom it is for as it came, whoever knows it', () => {
    const lines = [
      'ACAAA U * *!*@spam.test',
      'AC XQ AD tok :LOGIN x y',
      'AC XR AD tok :OK',
      'AC ZZ * something :new',
      'ACAAA PR ADAAA',
      'AC JU AD +jupe.test 600 5 :for one',
      'AC GL AD +*@192.0.2.9 600 5 600 :for one',
      'AC LL AD leaf.test 1 2 3',
      'ACAAA LL mask AD',
    ];
    expect(said(...lines)).toEqual({ leaf: lines, hub: [], ann: [] });
  });

  it('goes nowhere where it is for this server, for its sender, or for nobody', () => {
    expect(
      said(
        'AC XQ AB tok :x',
        'AC XQ AC tok :x',
        'AC XQ AZ tok :x',
        'AC ZZ',
        'AC ZZ word',
        'ACAAA LL mask AB',
      ),
    ).toEqual({ leaf: [], hub: [], ann: [] });
    // What only our own kind has nobody else may say, not even to others.
    expect(said('AC BH ADAAA another.host', 'ACAAA BN :Other', 'ACAAA BT #c')).toMatchObject({ leaf: [] });
  });

  it('of services is heard where it answers this server, and not of users', () => {
    const { authority } = here.irc.server.accounts;
    const hear = vi.fn();
    Object.assign(authority, { hear });
    expect(said('AC XR AB tok :piece', 'ACAAA XR AB tok :x', 'AC XR AB', 'AC XR AZ tok :x').leaf).toEqual([]);
    const hub = here.state.findServer('hub.test');
    expect(hear.mock.calls).toEqual([
      [hub, 'tok', 'piece'],
      [hub, '', ''],
    ]);
  });

  it('counts for nothing where whoever says it can be neither a server nor a user', () => {
    expect(
      said(
        'ACA K #c ABAAA :out',
        'ACAAAA K #c ABAAA :out',
        'AC*AA K #c ABAAA :out',
        'ABAAB K #c ABAAA :out',
        'ADAAA K #c ABAAA :of another link',
        'ACAAZ J #c 1',
      ),
    ).toEqual({ leaf: [], hub: [], ann: [] });
    // Of somebody who is gone here what holds all the same is done by their server.
    expect(said('ACAAZ K #c ABAAA :out').ann).toEqual([':hub.test KICK #c ann :out']);
  });

  it('D: why somebody was killed stands in brackets behind who has passed it on, or is all there is', () => {
    leaf.link!.take(`AD N fay 1 ${SECONDS} ~fay fay.test +i B]AAAB ADAAB :Fay`);
    leaf.link!.take(`ADAAB J #c ${SECONDS}`);
    hub.take();
    expect(said('ACAAA D ADAAA :hub.test!bob (spam (twice))', 'AC D ADAAB :no path')).toEqual({
      leaf: ['ACAAA D ADAAA :here.test!bob (spam (twice))', 'AC D ADAAB :here.test!hub.test (no path)'],
      hub: [],
      ann: [
        ':eve!~eve@eve.test QUIT :Killed (bob (spam (twice)))',
        ':fay!~fay@fay.test QUIT :Killed (hub.test (no path))',
      ],
    });
  });

  it('DS: operators of all servers read it', () => {
    here.irc.promote(ann, []);
    const line = 'AC DS :Protocol Violation from services.test';
    expect(said(line)).toEqual({
      leaf: [line],
      hub: [],
      ann: [':here.test NOTICE ann :*** hub.test says: Protocol Violation from services.test'],
    });
  });

  it('SE: nobody sets the clock here, and whoever tries is told', () => {
    expect(
      said('ACAAA SE 1700000000 AB', 'ACAAA SE 1700000000 AD', 'AC SE 1700000000', 'AC SE 1 AB'),
    ).toEqual({
      leaf: ['ACAAA SE 1700000000 AD', 'AC SE 1700000000'],
      hub: ['AB O ACAAA :SETTIME: the clock of this server is set by its system, not by other servers'],
      ann: [],
    });
    expect(Date.now()).toBe(NOW);
  });

  it('DE: a channel on which nobody is has ended; of one on which somebody is those hear again who have forgotten it', () => {
    const empty = `AC DE #gone ${SECONDS}`;
    expect(said(empty, `AC DE #c ${SECONDS + 1}`)).toMatchObject({ leaf: [empty], hub: [] });
    expect(said(`AC DE #c ${SECONDS}`)).toMatchObject({
      leaf: [],
      hub: [`AB B #c ${SECONDS} +nt ADAAA,ABAAA:o`],
    });
  });
});

describe('a channel that a server tells of', () => {
  it('has no operators for others where it is younger than the one here', () => {
    expect(said(`AC B #c ${SECONDS + 5} ACAAA:o`).leaf).toEqual([`AC B #c ${SECONDS + 5} ACAAA`]);
    leaf.take();
    expect(said(`AC B #new ${SECONDS} ACAAA:o`).leaf).toEqual([`AC B #new ${SECONDS} ACAAA:o`]);
  });

  it('has again what it had when it ended, once', () => {
    ann.send('MODE #c +m', 'PART #c');
    leaf.link!.take('ADAAA L #c');
    expect(here.state.findChannel('#c')).toBeUndefined();
    const modes = () => here.state.findChannel('#c')!.modes & CMODE.moderated;
    hub.link!.take(`ACAAA J #c ${SECONDS}`);
    expect(modes()).toBe(CMODE.moderated);
    hub.link!.take(`AC M #c -m ${SECONDS}`);
    leaf.link!.take(`ADAAA J #c ${SECONDS}`);
    expect(modes()).toBe(0);
  });

  it('has the nick of somebody who is about to register', () => {
    const half = here.irc.connect('192.0.2.9');
    half.send('NICK fay');
    hub.link!.take(`AC N fay 1 ${SECONDS} ~fay fay.test +i B]AAAB ACAAB :Fay`);
    expect([half.closedWith, here.state.findUser('fay')?.numeric]).toEqual([
      'Overridden by another sign on',
      'ACAAB',
    ]);
    expect(hub.take()).toEqual([]);
  });
});

describe('SQ', () => {
  const OLD = SECONDS - 50;
  beforeEach(() => {
    hub.link!.take(`AC S far.test 2 0 ${OLD} P10 AE]]] +6 :Far`);
    leaf.link!.take(`AD S deep.test 2 0 ${OLD} P10 AF]]] +6 :Deep`);
  });

  it('is told of the link that was introduced, and others are told when that was made', () => {
    expect([leaf.take(), hub.take()]).toEqual([
      [`AC S far.test 3 0 ${OLD} P10 AE]]] +6 :Far`],
      [`AD S deep.test 3 0 ${OLD} P10 AF]]] +6 :Deep`],
    ]);
    expect(
      said(`AC SQ far.test ${SECONDS} :another`, 'AC SQ far.test x :no time', 'AC SQ nobody.test 0 :x'),
    ).toEqual({
      leaf: [],
      hub: [],
      ann: [],
    });
    expect(here.state.findServer('far.test')).toBeDefined();
    expect(said(`AC SQ far.test ${OLD} :gone`).leaf).toEqual(['AC SQ far.test 0 :gone']);
    expect(here.state.findServer('far.test')).toBeUndefined();
  });

  it('of a server behind another link is for that one, which knows whether it is the link that is meant', () => {
    hub.take();
    leaf.take();
    const line = `ACAAA SQ deep.test ${OLD} :enough`;
    expect(said(`ACAAA SQ deep.test ${OLD + 1} :another`, line, 'AC SQ deep.test 0 :any').leaf).toEqual([
      line,
      'AC SQ deep.test 0 :any',
    ]);
    expect(said(`ACAAA SQ leaf.test ${SECONDS - 1} :another`).leaf).toEqual([]);
    expect(said(`ACAAA SQ leaf.test ${SECONDS} :enough`)).toEqual({
      leaf: ['AB SQ here.test 0 :enough'],
      hub: ['AB SQ leaf.test 0 :enough'],
      ann: [':eve!~eve@eve.test QUIT :here.test leaf.test'],
    });
    expect(leaf.link!.reason).toBe('enough');
  });

  it.each(['0', String(OLD), '12'])(
    'of the link that it comes by ends that, with the time %s too',
    (time) => {
      leaf.take();
      hub.take();
      expect(said(`AC SQ here.test ${time} :bye`)).toMatchObject({
        leaf: ['AB SQ hub.test 0 :bye'],
        hub: [],
      });
      expect([hub.link!.reason, hub.closed, leaf.link!.reason]).toEqual(['bye', true, null]);
    },
  );
});

describe('messages to many', () => {
  it('are heard by the operators of a channel, and by those with a voice', () => {
    expect(said('ACAAA WC #c :ops', 'ACAAA WV #c :more')).toEqual({
      leaf: ['ACAAA WC #c :ops', 'ACAAA WV #c :more'],
      hub: [],
      ann: [':bob!~bob@bob.test NOTICE @#c :ops', ':bob!~bob@bob.test NOTICE +#c :more'],
    });
    ann.send('MODE #c -o ann');
    leaf.take();
    hub.take();
    expect(said('ACAAA WC #c :ops', 'AC WC #c :x').ann).toEqual([]);
  });

  it('are heard on all servers whose name fits the mask, and passed on in any case', () => {
    const lines = ['ACAAA P $*.test :hello', 'AC O $here.test :from a server', 'ACAAA P $*.example :no'];
    expect(said(...lines)).toEqual({
      leaf: lines,
      hub: [],
      ann: [':bob!~bob@bob.test PRIVMSG $*.test :hello', ':hub.test NOTICE $here.test :from a server'],
    });
  });

  it('are for operators, or for all who want them, elsewhere as here', () => {
    ann.send('MODE ann +w');
    leaf.take();
    hub.take();
    expect(said('ACAAA WA :to opers', 'ACAAA WU :to users')).toEqual({
      leaf: ['ACAAA WA :to opers', 'ACAAA WU :to users'],
      hub: [],
      ann: [':bob!~bob@bob.test WALLOPS :to opers', ':bob!~bob@bob.test WALLOPS :to users'],
    });
  });
});

describe('a message to somebody on one server', () => {
  it('is heard there, and nowhere else', () => {
    expect(
      said('ACAAA P ann@here.test :hi', 'ACAAA P eve@leaf.test :AUTH a b', 'ACAAA P eve@here.test :x'),
    ).toEqual({
      leaf: ['ACAAA P eve@leaf.test :AUTH a b'],
      hub: [],
      ann: [':bob!~bob@bob.test PRIVMSG ann :hi'],
    });
  });

  it('is said by users here in the same way', () => {
    expect(
      ann.send('PRIVMSG eve@leaf.test :hi', 'PRIVMSG eve@hub.test :hi', 'PRIVMSG bob@hub.test,@ :x'),
    ).toEqual([
      ':here.test 401 ann eve@hub.test :No such nick/channel',
      ':here.test 401 ann @ :No such nick/channel',
    ]);
    expect([leaf.take(), hub.take()]).toEqual([['ABAAA P ADAAA :hi'], ['ABAAA P ACAAA :x']]);
  });
});

describe('what was done on a channel by whoever is behind a server that was let go here', () => {
  it.each([
    ['ZZAAA M #c +v ADAAA', ['AC M #c +v ADAAA t'], ':hub.test MODE #c +v eve'],
    ['ZZAAA OM #c +m', ['AC OM #c +m'], ':hub.test MODE #c +m'],
    [`ZZ B #c ${SECONDS} +m ZZAAA:o`, ['AC B #c t +m'], ':hub.test MODE #c +m'],
    ['ZZAAA K #c ADAAA :out', ['AC K #c ADAAA :out'], ':hub.test KICK #c eve :out'],
  ])('holds: %s', (line, leaf, shown) => {
    const heard = said(line);
    expect(heard.leaf.map((one) => one.replace(/ \d{9,}/, ' t'))).toEqual(leaf);
    expect(heard.ann).toEqual([shown]);
  });

  it('but what they say themselves does not', () => {
    expect(said('ZZAAA P #c :words', 'ZZAAA J #c 1', 'ZZ SQ leaf.test 0 :x')).toEqual({
      leaf: [],
      hub: [],
      ann: [],
    });
  });
});

describe('operators of the network', () => {
  it('set modes of a channel that they are not on, which goes on as that', () => {
    expect(said('ACAAA OM #c +mv-o ADAAA ABAAA', 'AC OM #none +m')).toEqual({
      leaf: ['ACAAA OM #c +mv-o ADAAA ABAAA'],
      hub: [],
      ann: [':bob!~bob@bob.test MODE #c +mv-o eve ann'],
    });
  });

  it('clear modes, members and lists', () => {
    ann.send('MODE #c +klb key 5 *!*@x.test', 'MODE #c +v eve');
    leaf.take();
    hub.take();
    expect(said('ACAAA CM #c ovpsmikbl', 'AC CM #none o')).toEqual({
      leaf: ['ACAAA CM #c ovpsmikbl'],
      hub: [],
      ann: [':bob!~bob@bob.test MODE #c -ovkbl ann eve * *!*@x.test'],
    });
    const channel = here.state.findChannel('#c')!;
    expect([channel.joinKey, channel.limit, channel.bans.size]).toEqual([null, null, 0]);
    expect(channel.members.map(({ status }) => status)).toEqual([0, 0]);
  });
});
