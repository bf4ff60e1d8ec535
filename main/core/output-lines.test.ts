import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outputLines, watchOutput } from './output-lines.ts';

function linesOf(pieces: readonly string[]): string[] {
  const lines: string[] = [];
  const reader = outputLines((line) => lines.push(line));
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return lines;
}

test('lines come out whole wherever the output is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z \r]{1,20}$/), { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat(60), { maxLength: 6 }),
      (lines, cuts) => {
        const text = lines.join('\n');
        const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, i) => text.slice(places[i], end));
        expect(linesOf(pieces)).toEqual(linesOf([text]));
      },
    ),
  );
});

test('Windows line ends and empty lines leave nothing behind', () => {
  expect(linesOf(['one\r\n\r\n', 'two\n\n'])).toEqual(['one', 'two']);
});

test('a line without an end is told at the end, an endless one in parts', () => {
  expect(linesOf(['tail'])).toEqual(['tail']);
  const lines = linesOf(['x'.repeat(20_000)]);
  expect(lines.join('')).toBe('x'.repeat(20_000));
  expect(lines.every((line) => line.length <= 8_192)).toBe(true);
});

test('tells both outputs by name, the last words at the end, and nothing after it', () => {
  const output = { stdout: new PassThrough(), stderr: new PassThrough() };
  const told: string[] = [];
  const end = watchOutput(output, (stream, line) => told.push(`${stream} ${line}`));
  output.stdout.emit('data', 'ready\nlast wo');
  output.stderr.emit('data', 'oops\n');
  output.stdout.emit('data', 'rds');
  end();
  output.stderr.emit('data', 'too late\n');
  expect(told).toEqual(['stdout ready', 'stderr oops', 'stdout last words']);
});

test('an output that is not piped is nobody’s, and the other is told all the same', () => {
  const told: string[] = [];
  const stderr = new PassThrough();
  const end = watchOutput({ stdout: null, stderr }, (stream, line) => told.push(`${stream} ${line}`));
  stderr.emit('data', 'one\n\ntwo');
  end();
  end();
  expect(told).toEqual(['stderr one', 'stderr two']);
});
