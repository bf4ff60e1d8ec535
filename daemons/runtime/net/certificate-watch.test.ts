/** When the log speaks of a certificate. */
import { expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { CertificateWatch } from './certificate-watch.ts';

const DAY = 86_400_000;
const END = Date.UTC(2026, 5, 20);

it('speaks two weeks before the end, then once a day, and of each certificate', () => {
  const told: string[] = [];
  const watch = new CertificateWatch('ircd.tls', (event, text) => told.push(`${event}: ${text}`));
  const events = (nowMs: number, end = END / 1_000) => {
    told.length = 0;
    watch.look(end, nowMs);
    return told.map((text) => text.split(':', 1)[0]);
  };
  const first = END - limits.certificateWarningDays.default * DAY;
  expect(events(first - 1)).toEqual([]);
  expect(events(0, 0)).toEqual([]);
  expect(events(first)).toEqual(['certificate_ends']);
  expect(told[0]).toContain(
    '(ircd.tls) ends on 2026-06-20, in 14 days: put another one in its place and reload',
  );
  expect(events(first + DAY - 1)).toEqual([]);
  expect(events(first + DAY)).toEqual(['certificate_ends']);
  expect(events(first + DAY + 1, END / 1_000 + 60)).toEqual(['certificate_ends']);
  expect(events(END - 1)).toEqual(['certificate_ends']);
  expect(told[0]).toContain('in 1 days');
  expect(events(END + DAY)).toEqual(['certificate_ended']);
  expect(told[0]).toContain('ended on 2026-06-20');
  // Another one was put in its place.
  expect(events(END + 2 * DAY, END / 1_000 + 90 * 86_400)).toEqual([]);
});
