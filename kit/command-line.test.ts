import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandDescription, JsonFieldSchema, ManifestDescription } from '../contract/manifest.ts';
import {
  findCommand,
  findDaemon,
  optionForms,
  optionName,
  parseCommandArgs,
  parseGivenArgs,
  splitLine,
  UsageError,
} from './command-line.ts';

describe('a line', () => {
  it.each<[string, string[]]>([
    ['', []],
    [' \t ', []],
    ['run ircd  kill --nick x', ['run', 'ircd', 'kill', '--nick', 'x']],
    [`--reason "too loud" 'and so' on`, ['--reason', 'too loud', 'and so', 'on']],
    [`--reason="too loud"`, ['--reason=too loud']],
    [`"" ''`, ['', '']],
    [`a"b"'c'd`, ['abcd']],
    [`"it's \\"so\\" \\\\ \\n"`, [`it's "so" \\ \\n`]],
    [`'no \\' escape`, ['no \\', 'escape']],
    [`two\\ words \\"`, ['two words', '"']],
    ['ends with \\', ['ends', 'with', '\\']],
  ])('%s has the words %j', (line, words) => {
    expect(splitLine(line)).toEqual(words);
  });

  it.each(['say "more', "say 'more", '"\\"'])('%s is a mistake: its quote is open', (line) => {
    expect(() => splitLine(line)).toThrow(UsageError);
    expect(() => splitLine(line)).toThrow(/^the quote ["'] is not closed$/);
  });

  it('gives back any words that were quoted', () => {
    const quote = (word: string) => `"${word.replace(/["\\]/g, '\\$&')}"`;
    const quoteSingle = (word: string) => `'${word.replaceAll("'", `'"'"'`)}'`;
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        expect(splitLine(words.map(quote).join(' '))).toEqual(words);
        expect(splitLine(words.map(quoteSingle).join('\t '))).toEqual(words);
      }),
    );
  });
});

const command = (properties: Readonly<Record<string, JsonFieldSchema>>, required: string[] = []) =>
  ({ name: 'kill', args: { type: 'object', properties, required } }) as unknown as CommandDescription;

const kill = command(
  {
    nick: { type: 'string', description: 'Whom' },
    maxPeers: { type: 'integer' },
    share: { type: 'number' },
    silent: { type: 'boolean' },
    masks: { type: 'array' },
  },
  ['nick', 'silent'],
);

describe('arguments', () => {
  it('have the types and the order that the command declares', () => {
    const words = [
      '--masks=a',
      '--silent',
      '--share',
      '-0.5',
      '--max-peers=3',
      '--nick',
      'x',
      '--masks',
      'b',
    ];
    const args = parseCommandArgs(kill, words);
    expect(args).toEqual({ nick: 'x', maxPeers: 3, share: -0.5, silent: true, masks: ['a', 'b'] });
    expect(Object.keys(args)).toEqual(['nick', 'maxPeers', 'share', 'silent', 'masks']);
    expect(parseCommandArgs(kill, ['--nick=-x', '--no-silent'])).toEqual({ nick: '-x', silent: false });
    expect(parseCommandArgs(kill, ['--nick=', '--nick', '-', '--silent']).nick).toBe('-');
    expect(parseGivenArgs(kill, ['--nick', 'a', '--nick', 'b'])).toEqual({ nick: 'b' });
    expect(parseGivenArgs(kill, [])).toEqual({});
  });

  it.each<[string, string]>([
    ['', 'kill: --nick is needed (Whom)'],
    ['--nick x', 'kill: --silent or --no-silent is needed'],
    ['--nick', 'kill: --nick needs a value; one that begins with a dash is written --nick=VALUE'],
    ['--nick --silent', 'kill: --nick needs a value; one that begins with a dash is written --nick=VALUE'],
    ['--nick -x', 'kill: --nick needs a value; one that begins with a dash is written --nick=VALUE'],
    ['--nik x', 'kill: there is no option "--nik"; see --help'],
    ['--nik=x', 'kill: there is no option "--nik"; see --help'],
    ['--no-nick', 'kill: there is no option "--no-nick"; see --help'],
    ['-n x', 'kill: there is no option "-n"; see --help'],
    ['x', 'kill: "x" is not expected here'],
    ['-- --silent', 'kill: "--" is not expected here'],
    ['-', 'kill: "-" is not expected here'],
    ['--silent x', 'kill: "x" is not expected here: --silent takes no value; its opposite is --no-silent'],
    ['--no-silent x', 'kill: "x" is not expected here: --silent takes no value; its opposite is --no-silent'],
    ['--nick a x', 'kill: "x" is not expected here'],
    ['--silent=no', 'kill: --silent takes no value; its opposite is --no-silent'],
    ['--max-peers 1.5', '--max-peers: expected a whole number, got "1.5"'],
    ['--max-peers=', '--max-peers: expected a whole number, got ""'],
    ['--share x', '--share: expected a number, got "x"'],
  ])('%s is a mistake', (line, message) => {
    expect(() => parseCommandArgs(kill, splitLine(line))).toThrow(UsageError);
    expect(() => parseCommandArgs(kill, splitLine(line))).toThrow(new UsageError(message));
  });

  it('may be called as anything is called', () => {
    const odd = command({
      noLimit: { type: 'boolean' },
      limit: { type: 'boolean' },
      constructor: { type: 'string' },
    } as Record<string, JsonFieldSchema>);
    expect(parseGivenArgs(odd, ['--no-limit', '--constructor', 'x'])).toEqual({
      noLimit: true,
      constructor: 'x',
    });
    expect(() => parseGivenArgs(kill, ['--constructor', 'x'])).toThrow('there is no option "--constructor"');
  });

  it('are refused or read, whatever words they are, and nothing else is thrown', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('--nick', '--nick=', '--silent', '--no-silent', '--masks', '--max-peers', '-1', '--'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        try {
          for (const name of Object.keys(parseGivenArgs(kill, words)))
            expect(kill.args.properties).toHaveProperty(name);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });

  it('are options in kebab case, with an opposite where they say yes or no', () => {
    expect([optionName('maxPeers'), optionName('send_queue_bytes')]).toEqual([
      'max-peers',
      'send-queue-bytes',
    ]);
    expect(optionForms('maxPeers', { type: 'integer' })).toEqual(['--max-peers']);
    expect(optionForms('isLoud', { type: 'boolean' })).toEqual(['--is-loud', '--no-is-loud']);
  });
});

describe('names', () => {
  const ircd = {
    id: 'ircd',
    commands: [kill],
    renamed: { commands: { slay: 'kill' } },
  } as unknown as ManifestDescription;

  it('find the daemon and the command', () => {
    expect(findDaemon([ircd], 'ircd')).toBe(ircd);
    expect(findCommand(ircd, 'kill')).toBe(kill);
  });

  it('are refused with those that there are, or with the new name', () => {
    expect(() => findDaemon([ircd, { ...ircd, id: 'relay' }], undefined)).toThrow(
      'run needs a daemon: ircd, relay',
    );
    expect(() => findDaemon([ircd], 'x')).toThrow('no daemon is called "x"; there are: ircd');
    expect(() => findCommand(ircd, 'x')).toThrow('ircd has no command "x". It has: kill.');
    expect(() => findCommand({ ...ircd, commands: [] }, 'x')).toThrow('It has: none.');
    expect(() => findCommand(ircd, 'slay')).toThrow('ircd slay is called kill now');
  });
});
