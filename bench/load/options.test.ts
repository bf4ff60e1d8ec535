import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../contract/errors.ts';
import { helpOf } from './help.ts';
import { type LoadRequest, type NumberOption, readLoad, TOOLS, type ToolName } from './options.ts';

const NAMES = Object.keys(TOOLS) as ToolName[];
const numbersOf = (tool: ToolName): Readonly<Record<string, NumberOption>> => TOOLS[tool].numbers;

function request(...words: string[]): LoadRequest {
  const read = readLoad(words);
  if ('help' in read) throw new Error('help');
  return read.request;
}

/** What is said of words that cannot be. */
function refusal(...words: string[]): string {
  try {
    readLoad(words);
  } catch (error) {
    expect(error).toBeInstanceOf(SignalboxError);
    expect((error as SignalboxError).code).toBe('bad_request');
    return (error as SignalboxError).message;
  }
  throw new Error(`nothing is wrong with ${words.join(' ')}`);
}

test.each(NAMES)('%s does without options what its help says, on a server of our own', (tool) => {
  const usual = Object.entries(numbersOf(tool)).map(([option, limits]) => [option, limits.usual]);
  expect(request(tool)).toEqual({
    ...{ tool, against: null, tls: false, insecure: false, json: null, linkPasswordFile: null },
    ...{ websocket: false, origin: null, passwordFile: null },
    numbers: Object.fromEntries(usual),
  });
});

test('every option is taken in both of its forms', () => {
  expect(
    request('mixed', '--clients', '40', '--rate=7', '--tls', '--insecure', '--json', 'x.json'),
  ).toMatchObject({
    tls: true,
    insecure: true,
    json: 'x.json',
    numbers: { clients: 40, rate: 7, channels: 10 },
  });
  expect(
    request(
      ...['netsplit', '--against', 'irc.example.net:6667', '--link-port', '4400'],
      ...['--link-password-file', 'secret'],
    ),
  ).toMatchObject({ linkPasswordFile: 'secret', numbers: { 'link-port': 4400 } });
});

test.each(NAMES)('%s says the password of a server, which is in a file', (tool) => {
  expect(request(tool, '--password-file', 'secret').passwordFile).toBe('secret');
});

test.each(NAMES.filter((tool) => tool !== 'netsplit'))('the clients of %s come over WebSockets', (tool) => {
  expect(request(tool, '--websocket')).toMatchObject({ websocket: true, origin: null });
  const page = 'https://chat.example.net';
  expect(request(tool, '--websocket', '--tls', '--origin', page)).toMatchObject({ tls: true, origin: page });
});

test.each([
  ['irc.example.net:6667', 'irc.example.net', 6667],
  ['127.0.0.1:1', '127.0.0.1', 1],
  ['[::1]:65535', '::1', 65_535],
])('a server is named by %s', (text, host, port) => {
  expect(request('connect', '--against', text).against).toEqual({ host, port });
});

test.each([
  'irc.example.net',
  ':6667',
  'a:0',
  'a:65536',
  '::1:6667',
  '[::1]',
  'a b:1',
  '[a]:1',
  'a:6667x',
  '',
])('no server is named by "%s"', (text) => {
  expect(refusal('connect', '--against', text)).toContain('Expected HOST:PORT');
});

describe('what cannot be is refused with what is expected', () => {
  test.each([
    [['nonsense'], 'Expected one of connect, throughput, mixed, channel, netsplit'],
    [['toString'], 'Expected one of'],
    [['connect', '--members', '3'], 'npm run load -- connect --help'],
    [['connect', 'more'], 'npm run load -- connect --help'],
    [['connect', '--clients'], 'npm run load -- connect --help'],
    [['connect', '--link-password-file', 'x'], 'npm run load -- connect --help'],
    [['connect', '--insecure'], 'Add --tls'],
    [['connect', '--password', 'x'], 'npm run load -- connect --help'],
    [['connect', '--password-file'], 'npm run load -- connect --help'],
    [['netsplit', '--websocket'], 'npm run load -- netsplit --help'],
    [['netsplit', '--origin', 'x'], 'npm run load -- netsplit --help'],
    [['mixed', '--origin', 'https://a'], 'Add --websocket'],
    [['mixed', '--websocket', '--origin', 'two words'], 'Expected what browsers write'],
    [['mixed', '--websocket', '--origin', 'x\r\nHost: y'], 'Expected what browsers write'],
    [['mixed', '--websocket', '--origin='], 'Expected what browsers write'],
    [['mixed', '--websocket', '--origin', 'x'.repeat(256)], 'Expected what browsers write'],
    [['throughput', '--clients', '9', '--channels', '5'], 'two in each'],
    [['mixed', '--clients', '9', '--channels', '5'], 'two in each'],
    [['channel', '--members', '5000', '--rate', '21'], 'more than 100000 lines'],
    [['netsplit', '--users', '5', '--channels', '6'], 'Lower --channels'],
    [['netsplit', '--link-port', '4400'], 'Add it, or leave the port out'],
    [['netsplit', '--against', 'a:1', '--link-port', '4400'], 'give --link-port and --link-password-file'],
    [
      ['netsplit', '--against', 'a:1', '--link-password-file', 'x'],
      'give --link-port and --link-password-file',
    ],
  ])('%j', (words, expected) => {
    expect(refusal(...words)).toContain(expected);
  });

  test('but not what is just within it', () => {
    expect(request('throughput', '--clients', '10', '--channels', '5').numbers.channels).toBe(5);
    expect(request('channel', '--members', '5000', '--rate', '20').numbers.rate).toBe(20);
    expect(request('netsplit', '--users', '6', '--channels', '6').numbers.users).toBe(6);
    expect(request('connect', '--clients', '1').numbers.clients).toBe(1);
  });
});

test('no number is taken that is not within the bounds of its option', () => {
  const options = NAMES.flatMap((tool) =>
    Object.entries(numbersOf(tool)).map((entry) => [tool, ...entry] as const),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...options),
      fc.oneof(fc.integer({ min: -2, max: 100_000 }).map(String), fc.string()),
      ([tool, option, { least, most }], text) => {
        const isWithin = /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
        let taken: number | undefined;
        try {
          taken = request(tool, `--${option}=${text}`).numbers[option];
        } catch (error) {
          expect((error as SignalboxError).code).toBe('bad_request');
        }
        // Others may not go with it; but what is taken is what was said.
        if (taken !== undefined) expect(taken).toBe(Number(text));
        if (!isWithin) expect(taken).toBeUndefined();
      },
    ),
  );
});

test('every load is bounded', () => {
  for (const tool of NAMES)
    for (const [option, { least, usual, most }] of Object.entries(numbersOf(tool))) {
      expect([tool, option, least <= usual && usual <= most && most <= 65_535]).toEqual([tool, option, true]);
    }
});

test('help is asked for in general and of each tool, and tells every option', () => {
  for (const words of [[], ['--help'], ['-h']]) expect(readLoad(words)).toEqual({ help: null });
  for (const tool of NAMES) {
    expect(
      readLoad(
        [tool, '--clients=x', '--help']
          .filter((word) => tool !== 'channel' || word[2] !== 'c')
          .filter((word) => tool !== 'netsplit' || word[2] !== 'c'),
      ),
    ).toEqual({ help: tool });
    const help = helpOf(tool, 'load1');
    const common = ['against', 'tls', 'insecure', 'password-file', 'json', 'help'];
    for (const option of [...Object.keys(numbersOf(tool)), ...common]) expect(help).toContain(`--${option}`);
    for (const option of ['--websocket', '--origin'])
      expect([tool, option, help.includes(option)]).toEqual([tool, option, tool !== 'netsplit']);
    expect(help.includes('--link-password-file')).toBe(tool === 'netsplit');
    expect(helpOf(null, '')).toContain(tool);
  }
});
