import { expect, test } from 'vitest';
import { type EndEvidence, settleVerdict } from './verdict.ts';

const calm: EndEvidence = {
  end: { exitCode: 0, signal: null, reason: null },
  stopRequested: false,
  announced: null,
  refusal: null,
  killReason: null,
  becameReady: true,
};
const code1 = { exitCode: 1, signal: null, reason: null };

test.each<[string, Partial<EndEvidence>, { kind: string; cause: string | null }]>([
  ['asked to stop, code 0', { stopRequested: true }, { kind: 'stopped', cause: null }],
  [
    'asked to stop, killed late',
    { stopRequested: true, killReason: 'too slow' },
    { kind: 'stopped', cause: 'too slow' },
  ],
  ['announced', { announced: 'DIE by ann' }, { kind: 'stopped', cause: 'DIE by ann' }],
  [
    'announced, then code 1',
    { announced: 'bye', end: code1 },
    { kind: 'crashed', cause: 'exited with code 1' },
  ],
  ['unasked', {}, { kind: 'crashed', cause: 'exited with code 0' }],
  ['code', { end: code1 }, { kind: 'crashed', cause: 'exited with code 1' }],
  [
    'before ready',
    { end: code1, becameReady: false },
    { kind: 'crashed', cause: 'exited with code 1 before it was ready' },
  ],
  [
    'signal with a reason',
    { end: { exitCode: null, signal: 'SIGABRT', reason: 'oom' } },
    { kind: 'crashed', cause: 'killed by signal SIGABRT (oom)' },
  ],
  [
    'our kill wins over the signal that it sent',
    { end: { exitCode: null, signal: 'SIGKILL', reason: null }, killReason: 'silent for 30 s' },
    { kind: 'crashed', cause: 'silent for 30 s' },
  ],
  [
    'refused wins over everything',
    {
      refusal: { code: 'address_in_use', message: 'taken' },
      end: code1,
      killReason: 'x',
      becameReady: false,
    },
    { kind: 'refused', cause: 'taken' },
  ],
])('%s', (_name, evidence, expected) => {
  expect(settleVerdict({ ...calm, ...evidence })).toMatchObject(expected);
});

test.each<[string, Partial<EndEvidence>, ReturnType<typeof settleVerdict>]>([
  [
    'a refusal for a cause that passes',
    { refusal: { code: 'unavailable', message: 'no room' } },
    { kind: 'unavailable', cause: 'no room', error: { code: 'unavailable', message: 'no room' } },
  ],
  [
    'a stop that ended badly',
    { stopRequested: true, end: { exitCode: null, signal: 'SIGSEGV', reason: null } },
    { kind: 'stopped', cause: 'killed by signal SIGSEGV while stopping', error: null },
  ],
  [
    'a stop without a code',
    { stopRequested: true, end: { exitCode: null, signal: null, reason: null } },
    { kind: 'stopped', cause: 'ended without a reason while stopping', error: null },
  ],
  [
    'no process to be had',
    { end: { exitCode: null, signal: null, reason: 'spawn EAGAIN', unavailable: 'EAGAIN' } },
    {
      kind: 'unavailable',
      cause: 'could not run: spawn EAGAIN',
      error: { code: 'unavailable', message: 'could not run: spawn EAGAIN' },
    },
  ],
  [
    'a code with a reason',
    { end: { exitCode: 134, signal: null, reason: 'oom' } },
    {
      kind: 'crashed',
      cause: 'exited with code 134 (oom)',
      error: { code: 'crashed', message: 'exited with code 134 (oom)' },
    },
  ],
  [
    'our kill before it was ready',
    { killReason: 'did not say hello', becameReady: false },
    { kind: 'crashed', cause: 'did not say hello', error: { code: 'crashed', message: 'did not say hello' } },
  ],
])('the whole verdict on %s', (_name, evidence, expected) => {
  expect(settleVerdict({ ...calm, ...evidence })).toEqual(expected);
});
