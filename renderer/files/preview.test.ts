/** What is shown of a file: its text, or the pixels of a picture; never more, and nothing of it is run. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SignalboxError } from '../../contract/errors.ts';
import { ByteChannel } from '../../kit/byte-channel.ts';
import { limits } from '../../kit/limits.ts';
import { testPipes } from '../client/test-pipes.ts';
import { previewOf } from './preview.ts';

const decoded = vi.fn(async (blob: Blob) => ({ type: blob.type, size: blob.size }));
beforeEach(() => {
  decoded.mockClear();
  vi.stubGlobal('createImageBitmap', decoded);
});
afterEach(() => void vi.unstubAllGlobals());

const bytesOf = (text: string) => new TextEncoder().encode(text);
const PNG = Uint8Array.from([
  ...[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52],
  ...[0, 0, 0, 2, 0, 0, 0, 3],
]);

/** The preview of a file with this content; `sent` is how much of it was asked for. */
async function preview(content: Uint8Array, contentType: string, size = content.length) {
  const told = { sent: 0 };
  const openBytes = async () => {
    const [window, served] = testPipes();
    const channel = new ByteChannel(served, false);
    void (async () => {
      await channel.opened;
      channel.open({ name: '', size });
      for (let at = 0; at < content.length; at += 65_536) {
        await channel.write(content.subarray(at, at + 65_536));
        told.sent += 65_536;
      }
      await channel.end();
    })().catch(() => {});
    return window;
  };
  const file = { uri: 'a', size, modifiedAt: 0, contentType };
  return { shown: await previewOf({ openBytes }, 'd', file), told };
}

it.each([
  ['text/html', '<script>alert(1)</script>'],
  ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
  ['application/octet-stream', 'plain übertext'],
])('shows %s as the text that it is', async (type, text) => {
  const { shown } = await preview(bytesOf(text), type);
  expect(shown).toEqual({ kind: 'text', text, cut: false });
  expect(decoded).not.toHaveBeenCalled();
});

it('shows the beginning of a long text, also where it is cut inside of a character', async () => {
  const most = limits.previewTextBytes.default;
  const { shown } = await preview(bytesOf(`x${'ü'.repeat(most)}`), 'text/plain');
  expect(shown).toMatchObject({ kind: 'text', cut: true });
  expect((shown as { text: string }).text).toBe(`x${'ü'.repeat(most / 2 - 1)}`);
});

it.each([
  [Uint8Array.of(1, 2, 0, 3), 'neither text nor a picture'],
  [Uint8Array.of(0xff, 0xfe), 'neither text nor a picture'],
  [bytesOf('ü').subarray(0, 1), 'neither text nor a picture'],
  [new Uint8Array(0), 'empty'],
])('shows no bytes: %j', async (content, why) => {
  expect((await preview(content, 'text/plain')).shown).toMatchObject({
    kind: 'none',
    why: expect.stringContaining(why),
  });
});

it('decodes a picture that is what it says, of the pixels that it may have', async () => {
  const { shown } = await preview(PNG, 'image/png');
  expect(shown).toEqual({ kind: 'image', image: { type: 'image/png', size: PNG.length } });
});

it.each([
  ['is none', bytesOf('<html>'), 'could not be decoded'],
  ['has too many pixels', Uint8Array.from(PNG, (byte, i) => (i === 16 || i === 20 ? 1 : byte)), 'pixels'],
])('decodes no picture that %s', async (_, content, why) => {
  const { shown } = await preview(content, 'image/png');
  expect(shown).toMatchObject({ kind: 'none', why: expect.stringContaining(why) });
  expect(decoded).not.toHaveBeenCalled();
});

it('says of a picture that the browser cannot decode, and fetches none that is too large', async () => {
  decoded.mockRejectedValueOnce(new DOMException('broken', 'InvalidStateError'));
  expect((await preview(PNG, 'image/png')).shown).toMatchObject({
    kind: 'none',
    why: expect.stringContaining('could not be decoded'),
  });
  const large = await preview(PNG, 'image/png', limits.previewImageBytes.default + 1);
  expect([large.shown.kind, large.told.sent]).toEqual(['none', 0]);
});

it('says why it could not be read', async () => {
  const openBytes = () => Promise.reject(new SignalboxError('not_running', 'd is stopped'));
  const file = { uri: 'a', size: 1, modifiedAt: 0, contentType: '' };
  expect(await previewOf({ openBytes }, 'd', file)).toEqual({
    kind: 'failed',
    error: expect.objectContaining({ code: 'not_running', message: 'd is stopped' }),
  });
});
