/** Letters, bits and names by which other services keep modes, settings and kinds of rows: each comes to what it is here, or is said. */
import { describe, expect, it } from 'vitest';
import { readAnope } from './anope-data.ts';
import { readAtheme } from './atheme-data.ts';
import type { ForeignData } from './foreign-data.ts';
import { readX3 } from './x3-data.ts';

const READING = { now: 1_800_000_000_000, bots: ['OpServ', 'ChanServ'] };
const leftOf = ({ left }: ForeignData) => left.rows().map(({ what, examples }) => `${what}: ${examples}`);
const settingsOf = ({ channels }: ForeignData) => channels[0]!.settings;

describe('Atheme', () => {
  const file = (...rows: string[]) =>
    readAtheme(
      [
        'DBV 12',
        'MU A Ann x noemail 1100000000 0 + default',
        'MC #tea 1 2 + 0 0 0',
        'CA #tea Ann +F 1 *',
        ...rows,
        '',
      ].join('\n'),
      READING,
    );
  const channel = (on: number, off: number, limit = 0, key = '') =>
    settingsOf(
      readAtheme(
        `DBV 12\nMU A Ann x noemail 1 0 +\nMC #tea 1 2 + ${on} ${off} ${limit} ${key}\nCA #tea Ann +F 1 *\n`,
        READING,
      ),
    ).get('modes');

  it.each([
    [0x001, 'i'],
    [0x008, 'm'],
    [0x010, 'n'],
    [0x040, 'p'],
    [0x080, 's'],
    [0x100, 't'],
  ])('keeps the mode of bit %i as %s, on and off', (bit, letter) => {
    expect(channel(bit, 0)).toBe(`+${letter}`);
    expect(channel(0, bit)).toBe(`-${letter}`);
  });

  it('keeps a key and a limit with what they are', () => {
    expect(channel(0x004, 0, 50)).toBe('+l 50');
    expect(channel(0x002, 0, 0, 'secret')).toBe('+k secret');
    expect(channel(0x007, 0x008, 5, 'secret')).toMatch(/^\+ikl-m |^\+ilk-m /);
  });

  it('says of rows that have no place here what they are, and nothing of those that are about the file', () => {
    const quiet = [
      'GRVER 1',
      'MDEP x',
      'LUID A',
      'CF +v',
      'KID 1',
      'XID 1',
      'QID 1',
      'GDBV 4',
      'GFA +',
      'SU A',
      'NAM x',
    ];
    expect(leftOf(file(...quiet))).toEqual(leftOf(file()));
    const rows: readonly (readonly [string, string])[] = [
      ['MDN old x y', 'property of an old name: old'],
      ['SO Oz sra +', 'operator of services: Oz'],
      ['XL 1 bad*name 0 1 Oz x', 'ban of real names (X-line): bad*name'],
      ['SI *!*@x', 'mask that services ignore: *!*@x'],
      ['ME Bob Ann 1 1 hi', 'memo: Bob'],
      ['MI Bob Ann', 'nick whose memos are ignored: Bob'],
      ['GRP A !tea 1', 'group: !tea'],
      ['GACL !tea Ann +', 'access to a group: !tea'],
      ['BOT Botty b h 0 1 x', 'bot: Botty'],
      ['BOT-COUNT 1', 'count of bots: 1'],
      ['TOMORROW 1', 'row: line 5'],
    ];
    for (const [row, said] of rows) expect(leftOf(file(row)), row).toContain(said);
  });

  it('takes properties of which nothing is lost, and says the others', () => {
    const own = ['private:topic:setter', 'private:topic:ts', 'private:channelts', 'private:mark:setter'];
    const quiet = [...own, 'private:mark:timestamp', 'private:mlockext'].map((name) => `MDC #tea ${name} x`);
    expect(leftOf(file(...quiet)).filter((one) => one.startsWith('property'))).toEqual([]);
    expect(leftOf(file('MDC #tea private:other x'))).toContain('property of a channel: #tea');
    const notes = file('MDC #tea url https://tea.example', 'MDC #tea email tea@example.net').channels[0]!
      .notes;
    expect(notes.map(({ name, text, by }) => [name, text, by])).toEqual([
      ['url', 'https://tea.example', 'Atheme'],
      ['email', 'tea@example.net', 'Atheme'],
    ]);
    expect(leftOf(file('MDC #none url x'))).toContain('property of a channel: #none: url');
    expect(leftOf(file('MDU Ann private:other x'))).toContain('property of an account: Ann');
  });

  it('tells lines by their number, and languages by their code', () => {
    expect(() => readAtheme('DBV 12\nMU A Ann x noemail 1 0 +\nMU A x\n', READING)).toThrow(/^line 3: /);
    const language = (word: string) =>
      readAtheme(`DBV 12\nMU A Ann x noemail 1 0 + ${word}\n`, READING).accounts[0]!.language;
    expect(['de', 'pt_BR', 'en', 'en_GB', 'default', 'x', 'bren'].map(language)).toEqual([
      'de',
      'pt-br',
      ...[null, null, null, null, null],
    ]);
  });
});

describe('Anope', () => {
  const object = (kind: string, ...data: string[]) =>
    `OBJECT ${kind}\nID 1\n${data.map((one) => `DATA ${one}\n`).join('')}END\n`;
  const file = (...more: string[]) =>
    readAnope([object('NickCore', 'display Ann', 'uniqueid 11', 'pass '), ...more].join(''), READING);
  const channel = (...data: string[]) =>
    object('ChannelInfo', 'name #tea', 'founderid 11', 'registered 1', ...data);
  const lock = (name: string, set: string, param = '') =>
    object('ModeLock', 'ci #tea', `set ${set}`, `name ${name}`, `param ${param}`);

  it.each([
    ['INVITE', 'i'],
    ['MODERATED', 'm'],
    ['NOEXTERNAL', 'n'],
    ['PRIVATE', 'p'],
    ['SECRET', 's'],
    ['TOPIC', 't'],
    ['REGISTEREDONLY', 'r'],
    ['BLOCKCOLOR', 'c'],
    ['NOCTCP', 'C'],
    ['NONOTICE', 'N'],
    ['DELAYEDJOIN', 'D'],
  ])('keeps the mode %s as %s, or says that it is not here', (name, letter) => {
    const read = (set: string) => {
      const data = file(channel(), lock(name, set));
      return (
        settingsOf(data).get('modes') ??
        leftOf(data)
          .filter((one) => one.startsWith('mode that is kept'))
          .join()
      );
    };
    expect([`+${letter}`, `mode that is kept: #tea: +${letter}`]).toContain(read('1'));
    expect([`-${letter}`, `mode that is kept: #tea: -${letter}`]).toContain(read('0'));
  });

  it('keeps a key and a limit with what they are, where they are on', () => {
    const modes = (...locks: string[]) => settingsOf(file(channel(), ...locks)).get('modes');
    expect(modes(lock('KEY', '1', 'secret'))).toBe('+k secret');
    expect(modes(lock('LIMIT', '1', '50'))).toBe('+l 50');
    expect(modes(lock('KEY', '0', 'secret'))).toBe('-k');
    expect(leftOf(file(channel(), lock('HATS', '1')))).toContain('mode that is kept: #tea: HATS');
  });

  it('keeps settings that there are here', () => {
    const of = (...data: string[]) => Object.fromEntries(settingsOf(file(channel(...data))));
    expect(of()).toEqual({});
    expect(of('NOAUTOOP 1', 'CS_NO_EXPIRE 1')).toEqual({ automode: 'none', noDelete: 'on' });
    expect(of('NOAUTOOP 0', 'CS_NO_EXPIRE 0', 'last_topic Tea')).toEqual({});
    for (const keeps of ['KEEPTOPIC 1', 'TOPICLOCK 1'])
      expect(of(keeps, 'last_topic Tea')).toEqual({ defaultTopic: 'Tea' });
  });
});

describe('X3', () => {
  const file = (options: string, more = '', flags = 0) =>
    readX3(
      `"NickServ" { "Ann" { "passwd" "x"; "register" "1"; "lastseen" "1"; }; };
       "ChanServ" { "version_control" { "version_number" "2"; }; "channels" {
         "#tea" { "registered" "1"; "options" { "flags" "${flags}"; ${options} }; ${more} "users" { "Ann" { "level" "500"; "flags" "8"; }; }; };
       }; };`,
      READING,
    );
  const setting = (word: string, letter: string) => settingsOf(file(`"${word}" "${letter}";`));

  it.each([
    ['automode', { n: 'none', v: 'voice', h: 'halfop', o: 'op', m: 'mute', l: 'onlyvoice' }, 'y'],
    ['protect', { a: 'all', e: 'equal', n: 'none' }, 'l'],
    ['toys', { d: 'disabled', n: 'private' }, 'p'],
    ['topicrefresh', { '1': '3h', '2': '6h', '3': '12h', '4': '24h' }, 'n'],
    ['ctcpreaction', { k: 'kick', b: 'kickban', t: 'shortban', T: 'longban' }, 'n'],
    ['bantimeout', { '1': '10m', '2': '2h', '3': '4h', '4': '1d', '5': '1w' }, '0'],
    ['resync', { '1': '3h', '2': '6h', '3': '12h', '4': '24h' }, 'n'],
  ] as const)('keeps %s by its letters', (word, letters, initial) => {
    for (const [letter, value] of Object.entries(letters))
      expect([...setting(word, letter).values()], letter).toEqual([value]);
    // As by default: kept as that, or not at all.
    expect([...setting(word, initial).values()].length).toBeLessThanOrEqual(1);
    expect(leftOf(file(`"${word}" "?";`)).join()).toContain(`setting: #tea: ${word.toUpperCase()} ?`);
  });

  it('keeps levels that are some, and lamers and suspensions of older versions', () => {
    expect(
      Object.fromEntries(settingsOf(file('"enfops" "250"; "setters" "499"; "topicsnarf" "501";'))),
    ).toMatchObject({
      ...{ enfOps: '250', setters: '499' },
    });
    const bans = (text: string) => file('', `"bans" { "*!*@x.test" { ${text} }; };`).channels[0]!.lamers[0];
    expect(bans('"set" "1700000000"; "duration" "200000000"; "owner" "Ann"; "reason" "spam";')).toMatchObject(
      {
        ...{ by: 'Ann', added: 1_700_000_000_000, expires: 1_900_000_000_000, used: null, reason: 'spam' },
      },
    );
    expect(bans('"set" "1700000000";')).toMatchObject({ by: 'X3', expires: null, reason: 'banned' });
    const out = file('', '"suspender" "Oz"; "suspend_expires" "1900000000"; "suspend_reason" "misused";', 2);
    expect(out.channels[0]!.suspension).toMatchObject({
      by: 'Oz',
      until: 1_900_000_000_000,
      reason: 'misused',
    });
    expect(file('').channels[0]!.suspension).toBeNull();
  });
});
