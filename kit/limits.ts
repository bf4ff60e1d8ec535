/** Limits of the parts that every process and the window share, in one table with their reasons. */
import type { Limit } from '../contract/limit.ts';

export const limits = {
  clockStepSeconds: {
    default: 60,
    unit: 'seconds',
    reason:
      'A clock that differs by more than this from the time that has passed was set; below it, it was adjusted.',
  },
  clockBelieveSeconds: {
    default: 600,
    unit: 'seconds',
    reason:
      'A clock that was set is believed after this: one that is wrong for seconds or minutes labels nothing.',
  },
  byteWindowBytes: {
    default: 1_048_576,
    unit: 'bytes',
    reason:
      'Bytes of a file under way to one end of a channel before that has taken them over: enough for a fast link, little for a process.',
  },
  byteCreditBytes: {
    default: 8_388_608,
    unit: 'bytes',
    reason:
      'Most credit that an end of a channel may have given: a peer that gives without end and does not read would have whole files kept for it.',
  },
  byteChunkBytes: {
    default: 65_536,
    unit: 'bytes',
    reason: 'Longest piece of a file in one message, so that others have their turn in between.',
  },
  filePieceBytes: {
    default: 262_144,
    unit: 'bytes',
    reason: 'What a window reads of a file at once to upload it: a few pieces of a channel, little memory.',
  },
  diskWriteBytes: {
    default: 1_048_576,
    unit: 'bytes',
    reason:
      'What a window gathers of a download before it writes: each write is a journey to another process.',
  },
  memoryFileBytes: {
    default: 33_554_432,
    unit: 'bytes',
    reason:
      'A download up to this is kept in memory until it is whole; a larger one goes to the disk, which takes a moment to begin.',
  },
  downloadKeptMs: {
    default: 600_000,
    unit: 'milliseconds',
    reason:
      'A download is kept for the browser to take over for this long: it does not say when it has done so.',
  },
  filesAtOnce: {
    default: 2,
    unit: 'count',
    reason: 'Files of one daemon that a window has on their way: one large file holds up no small one.',
  },
  filesListed: {
    default: 200,
    unit: 'count',
    reason: 'Files on one page of a list: what a person looks through.',
  },
  progressMs: {
    default: 200,
    unit: 'milliseconds',
    reason: 'Progress of a file is shown this often: pieces come a thousand times a second.',
  },
  announcedFileBytes: {
    default: 8_388_608,
    unit: 'bytes',
    reason:
      'Progress of a smaller file is not read out, only its end: it is there before a sentence is over.',
  },
  previewTextBytes: {
    default: 131_072,
    unit: 'bytes',
    reason: 'What is shown of a text: some thousand lines, which a page draws at once.',
  },
  previewImageBytes: {
    default: 16_777_216,
    unit: 'bytes',
    reason: 'A larger picture is not shown: it would be fetched whole only to be looked at.',
  },
  previewImagePixels: {
    default: 50_000_000,
    unit: 'count',
    reason:
      'A picture of more is not decoded: each takes four bytes, and a small file may say that it has billions.',
  },
  requestAnswerMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason:
      'An answer that nobody gave another deadline is given up after this: longer than any that is still awaited.',
  },
  requestsCrowdedShare: {
    default: 0.8,
    unit: 'ratio',
    reason:
      'Share of the requests that may wait for answers beyond which it is said: while there is still room to act.',
  },
  controlAnswerMs: {
    default: 120_000,
    unit: 'milliseconds',
    reason:
      'An answer of the host that is later is given up by window and command line: longer than any deadline of its own.',
  },
  commandAnswerMs: {
    default: 660_000,
    unit: 'milliseconds',
    reason: 'The same for the answer to a command: a copy of a large database may take ten minutes.',
  },
  controlOutstanding: {
    default: 256,
    unit: 'count',
    reason:
      'Requests of one window or command line that wait for their answers: more than the host does at once for a client.',
  },
  controlReplyChars: {
    default: 16_000_000,
    unit: 'characters',
    reason:
      'Longest answer or event on the local socket: the host holds less than that for a client that does not read.',
  },
  streamOpenMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason: 'A stream that has not come is asked for again after this: main only passes a port on.',
  },
  streamsOpening: {
    default: 256,
    unit: 'count',
    reason: 'Streams of one window that are on their way at once: many times what its pages show.',
  },
} as const satisfies Record<string, Limit>;
