import { expect, it } from 'vitest';
import type { SubsystemLogger } from '../telemetry/logger.ts';
import { logLost } from './pool-log.ts';

it('says which thread of which pool was lost, at what, and where it was', () => {
  const lines: unknown[] = [];
  const log = { error: (...line: unknown[]) => lines.push(line) } as unknown as SubsystemLogger;
  const tell = logLost(log);
  tell({
    pool: 'chunks',
    thread: 'chunks-1',
    how: 'hung',
    task: 'encodeChunk',
    message: 'It is here:\nat f',
  });
  tell({ pool: 'chunks', thread: 'chunks-2', how: 'exited', task: null, message: 'It ended.' });
  expect(lines).toEqual([
    [
      'thread_lost',
      'It is here:\nat f',
      { pool: 'chunks', thread: 'chunks-1', how: 'hung', task: 'encodeChunk' },
    ],
    ['thread_lost', 'It ended.', { pool: 'chunks', thread: 'chunks-2', how: 'exited', task: '' }],
  ]);
});
