/** Refusals in the log, when there are many. */
import { expect, it } from 'vitest';
import { FakeClock } from '../../kit/fake-clock.ts';
import { FIXED_LIMITS } from './limits.ts';
import { RefusalLog } from './refusal-log.ts';

const MOST = FIXED_LIMITS.refusal_log_records.default;

function scene() {
  const clock = new FakeClock();
  const lines: string[] = [];
  const fields: unknown[] = [];
  const log = new RefusalLog(
    {
      warn: (event, message, more) => {
        lines.push(`${event}: ${message}`);
        if (more !== undefined) fields.push(more);
      },
    },
    clock,
  );
  const flood = (count: number) => {
    for (let i = 0; i < count; i++)
      log.refused(i % 2 === 0 ? 'request_refused' : 'client_refused', `no ${i}`);
  };
  return { clock, lines, fields, log, flood };
}

it('writes the first of a second as they are, and how many more there were', async () => {
  const { clock, lines, fields, flood } = scene();
  flood(MOST + 1_000);
  expect(lines).toHaveLength(MOST);
  expect(lines.slice(0, 2)).toEqual(['request_refused: no 0', 'client_refused: no 1']);
  await clock.advance(999);
  expect(lines).toHaveLength(MOST);
  await clock.advance(1);
  expect(lines.slice(MOST)).toEqual(['refusals_not_logged: 1000 more refusals within a second']);
  expect(fields).toEqual([{ refusals: 1_000 }]);
});

it('writes again in the next second, and counts nothing that was written', async () => {
  const { clock, lines, flood } = scene();
  flood(MOST);
  await clock.advance(1_000);
  flood(MOST);
  await clock.advance(5_000);
  expect(lines).toHaveLength(2 * MOST);
});

it('tells what was left out when it ends, once', async () => {
  const { clock, lines, log, flood } = scene();
  flood(MOST + 3);
  log.close();
  log.close();
  await clock.advance(5_000);
  expect(lines.slice(MOST)).toEqual(['refusals_not_logged: 3 more refusals within a second']);
});
