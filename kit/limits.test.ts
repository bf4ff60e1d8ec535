import { expect, test } from 'vitest';
import { limits } from './limits.ts';

test('every limit has the unit that its name says', () => {
  expect(Object.fromEntries(Object.entries(limits).map(([name, { unit }]) => [name, unit]))).toEqual({
    clockStepSeconds: 'seconds',
    clockBelieveSeconds: 'seconds',
    byteWindowBytes: 'bytes',
    byteCreditBytes: 'bytes',
    byteChunkBytes: 'bytes',
    filePieceBytes: 'bytes',
    diskWriteBytes: 'bytes',
    memoryFileBytes: 'bytes',
    downloadKeptMs: 'milliseconds',
    filesAtOnce: 'count',
    filesListed: 'count',
    progressMs: 'milliseconds',
    announcedFileBytes: 'bytes',
    previewTextBytes: 'bytes',
    previewImageBytes: 'bytes',
    previewImagePixels: 'count',
    requestAnswerMs: 'milliseconds',
    requestsCrowdedShare: 'ratio',
    controlAnswerMs: 'milliseconds',
    commandAnswerMs: 'milliseconds',
    controlOutstanding: 'count',
    controlReplyChars: 'characters',
    streamOpenMs: 'milliseconds',
    streamsOpening: 'count',
  });
});

test('a stream that has not come is asked for again long before a request is given up', () => {
  expect(limits.controlAnswerMs.default).toBe(12 * limits.streamOpenMs.default);
  expect(limits.commandAnswerMs.default).toBeGreaterThan(600_000);
  expect(limits.streamsOpening.default).toBe(limits.controlOutstanding.default);
  expect(limits.clockBelieveSeconds.default).toBe(10 * limits.clockStepSeconds.default);
});
