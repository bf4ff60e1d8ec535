import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeText, readBoundedFile, readTextFile } from './bounded-file.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-file-'));
});
afterEach(() => rm(dir, { recursive: true }));

const problem = (path: string, maxBytes = 100) =>
  readTextFile(path, maxBytes).then(
    (text) => `read: ${text}`,
    (error: Error) => error.message,
  );

describe('a file that somebody names', () => {
  it('is read up to its limit, also by a link', async () => {
    const file = join(dir, 'a');
    await writeFile(file, 'x'.repeat(100));
    await symlink(file, join(dir, 'link'));
    expect(await readTextFile(join(dir, 'link'), 100)).toHaveLength(100);
    await writeFile(file, 'x'.repeat(101));
    expect(await problem(file)).toBe('has 101 bytes, the limit is 100');
  });

  it('is bounded also where it has no size beforehand', async () => {
    expect(await problem('/proc/self/status', 10)).toBe('has more than 10 bytes, the limit is 10');
    expect((await readBoundedFile('/proc/self/status', 100_000)).length).toBeGreaterThan(100);
  });

  it('is not waited for when it is a pipe, and not read when it has no end', async () => {
    const pipe = join(dir, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await problem(pipe)).toBe('is a pipe, not a regular file');
    expect(await problem('/dev/zero')).toBe('is a device, not a regular file');
    const server = createServer().listen(join(dir, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(await problem(join(dir, 'socket'))).toBe('is a socket, not a regular file');
    server.close();
  });

  it('is named as what it is where it is none', async () => {
    expect(await problem(dir)).toBe('is a folder');
    expect(await problem(join(dir, 'none'))).toBe('does not exist');
    expect(await problem(join(dir, 'none', 'x'))).toBe('does not exist');
    await symlink(join(dir, 'b'), join(dir, 'a'));
    await symlink(join(dir, 'a'), join(dir, 'b'));
    expect(await problem(join(dir, 'a'))).toBe('is a link that leads in a circle');
  });
});

describe('text', () => {
  it('in another encoding is refused with its line', async () => {
    const file = join(dir, 'a');
    await writeFile(file, Buffer.from('one\ntwo\nm\xfcll\nf\xfcnf', 'latin1'));
    expect(await problem(file)).toBe('is not UTF-8 in line 3; convert it, such as with iconv');
    await writeFile(file, Buffer.from('\ufefföha', 'utf16le'));
    expect(await problem(file)).toBe('is UTF-16, expected UTF-8; convert it, such as with iconv');
  });

  it('loses a byte order mark and nothing else', () => {
    expect(decodeText(Buffer.from('\ufeffa\ufeffb'))).toEqual({ text: 'a\ufeffb', mark: true });
    expect(decodeText(Buffer.from(''))).toEqual({ text: '', mark: false });
  });

  it('is either the bytes again or refused at the line of the first bad byte', () => {
    const bytes = fc
      .uint8Array({ maxLength: 40 })
      .map((one) => one.map((byte) => (byte % 5 === 0 ? 10 : byte)));
    fc.assert(
      fc.property(bytes, (one) => {
        let text: string;
        try {
          text = decodeText(one).text;
        } catch (error) {
          const { line } = error as { line: number };
          const lines = Buffer.from(one).toString('latin1').split('\n');
          const before = Buffer.from(lines.slice(0, line - 1).join('\n'), 'latin1');
          expect(before.toString('utf8')).not.toContain('\ufffd');
          return;
        }
        expect(Buffer.from(text)).toEqual(Buffer.from(one));
      }),
    );
  });
});

describe('a byte order mark', () => {
  const problemOf = (bytes: number[]) => {
    try {
      return decodeText(Uint8Array.from(bytes));
    } catch (error) {
      return { message: (error as Error).message, line: (error as { line: number }).line };
    }
  };
  it.each([[[0xff, 0xfe, 0x61, 0]], [[0xfe, 0xff, 0, 0x61]]])('of UTF-16 is known: %j', (bytes) => {
    expect(problemOf(bytes)).toEqual({
      message: 'is UTF-16, expected UTF-8; convert it, such as with iconv',
      line: 1,
    });
  });

  it.each([
    [[0xff, 0x61], 1],
    [[0x61, 0x0a, 0xff, 0xfe], 2],
    [[0x0a, 0x0a, 0xfe, 0xff, 0x0a], 3],
    [[0x61, 0x0a, 0x61, 0xfe], 2],
  ])('is none elsewhere: %j', (bytes, line) => {
    expect(problemOf(bytes)).toMatchObject({ line, message: expect.stringContaining(`in line ${line};`) });
  });

  it('of UTF-8 is three bytes, and two of them are none', () => {
    expect(problemOf([0xef, 0xbb, 0xbf])).toEqual({ text: '', mark: true });
    expect(problemOf([0xef, 0xbb, 0xbe])).toMatchObject({ mark: false });
    expect(problemOf([0x61, 0xef, 0xbb, 0xbf])).toEqual({ text: 'a\ufeff', mark: false });
  });

  it('is looked for in a part of a larger buffer only in that part', () => {
    const whole = Buffer.from('xx\ufeffabcyy');
    expect(decodeText(whole.subarray(2, 8))).toEqual({ text: 'abc', mark: true });
  });
});
