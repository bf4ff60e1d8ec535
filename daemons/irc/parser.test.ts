import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineParser } from './parser.ts';

function parse(line: string | Uint8Array) {
  const parser = new LineParser();
  const bytes = typeof line === 'string' ? Buffer.from(line) : line;
  const status = parser.parse(bytes, 0, bytes.length);
  return { status, tags: parser.tags, command: parser.command, params: [...parser.params] };
}

it('splits tags, source, command, middle parameters and text', () => {
  expect(parse('@label=1;+a=b  :me!u@h  privmsg   #chan  :hi  :there ')).toEqual({
    status: 'ok',
    tags: 'label=1;+a=b',
    command: 'PRIVMSG',
    params: ['#chan', 'hi  :there '],
  });
  expect(parse('PING a:b').params).toEqual(['a:b']);
  expect(parse('TOPIC #c :').params).toEqual(['#c', '']);
  expect(parse('JOIN #c  ').params).toEqual(['#c']);
});

it('puts the rest of the line into the fifteenth parameter', () => {
  const { params } = parse('X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17');
  expect(params).toHaveLength(15);
  expect(params[14]).toBe('15 16 17');
});

it('names what is wrong with a line', () => {
  expect(parse('   ').status).toBe('empty');
  expect(parse('@a=b').status).toBe('empty');
  expect(parse(':src').status).toBe('empty');
  expect(parse('PRIVMSG a\0b').status).toBe('malformed');
  expect(parse('PRIVMSG a\rQUIT').status).toBe('malformed');
  expect(parse(`@${'a'.repeat(4094)} PING x`).status).toBe('ok');
  expect(parse(`@${'a'.repeat(4095)} PING x`).status).toBe('tags-too-long');
  const broken = parse(Buffer.from('@label=x PRIVMSG #c hi\xaa', 'latin1'));
  expect(broken).toEqual({ status: 'invalid-utf8', tags: 'label=x', command: 'PRIVMSG', params: [] });
});

it('reads only the given range, from any kind of byte array', () => {
  const bytes = new Uint8Array(Buffer.from('xxPING größeyy'));
  const parser = new LineParser();
  expect(parser.parse(bytes, 2, bytes.length - 2)).toBe('ok');
  expect(parser.params).toEqual(['größe']);
});

it('gives back what a well-formed line was made of', () => {
  const clean = (text: string) => !['\0', '\r', '\n'].some((forbidden) => text.includes(forbidden));
  const middle = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 10 })
    .filter((text) => clean(text) && !text.includes(' ') && !text.startsWith(':'));
  const trailing = fc.string({ unit: 'grapheme', maxLength: 20 }).filter(clean);
  const command = fc.string({ unit: fc.constantFrom('A', 'B', 'z', '1'), minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(command, fc.array(middle, { maxLength: 13 }), trailing, (verb, middles, text) => {
      const result = parse(`${[verb, ...middles].join(' ')} :${text}`);
      expect(result.status).toBe('ok');
      expect(result.command).toBe(verb.toUpperCase());
      expect(result.params).toEqual([...middles, text]);
    }),
  );
});

it('never throws on any bytes', () => {
  const parser = new LineParser();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      parser.parse(bytes, 0, bytes.length);
      expect(parser.params.length).toBeLessThanOrEqual(15);
    }),
  );
});

it('forgets the line before', () => {
  const parser = new LineParser();
  const read = (line: string) => parser.parse(Buffer.from(line), 0, Buffer.byteLength(line));
  read('@a=b privmsg x :y');
  expect(read('')).toBe('empty');
  expect([parser.tags, parser.command, parser.params]).toEqual(['', '', []]);
  read('@a=b privmsg x :y');
  expect(read('\0')).toBe('malformed');
  expect([parser.tags, parser.command, parser.params]).toEqual(['', '', []]);
});

it('reads no byte behind the end of its line', () => {
  const parser = new LineParser();
  const parts = (text: string, end: number) => {
    const status = parser.parse(Buffer.from(text), 0, end);
    return [status, parser.tags, parser.command, [...parser.params]];
  };
  expect(parts('   @a=b PING x', 3)).toEqual(['empty', '', '', []]);
  expect(parts('   :src PING x', 3)).toEqual(['empty', '', '', []]);
  expect(parts('PING x:y', 6)).toEqual(['ok', '', 'PING', ['x']]);
  expect(parts('PING  :y', 6)).toEqual(['ok', '', 'PING', []]);
  expect(parts('PINGPONG', 4)).toEqual(['ok', '', 'PING', []]);
  expect(parts('@ab PING', 2)).toEqual(['empty', 'a', '', []]);
});

it('takes a source for nothing wherever tags and spaces stand', () => {
  expect(parse('  @a  :me  PING :x')).toEqual({ status: 'ok', tags: 'a', command: 'PING', params: ['x'] });
  expect(parse('::x PING y').params).toEqual(['y']);
  expect(parse('PING \n').status).toBe('malformed');
  expect(parse('größe x')).toMatchObject({ command: 'GRÖSSE', params: ['x'] });
  expect(parse('X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15 16').params.at(-1)).toBe('15 16');
  expect(parse('X 1 2 3 4 5 6 7 8 9 10 11 12 13 :14 15').params).toHaveLength(14);
});
