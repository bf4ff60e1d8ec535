import { Session } from 'node:inspector';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { stackOfThread } from './thread-stack.ts';

afterEach(async () => {
  // A session is ended in the turn after its answer.
  await new Promise(setImmediate);
  vi.restoreAllMocks();
});

/** So long that whatever waits for it in vain does not end. */
const FOR_EVER = 2 ** 30;

describe('stackOfThread', () => {
  it('has no answer in a host without an inspector', async () => {
    vi.spyOn(Session.prototype, 'connect').mockImplementation(() => {
      throw new Error('there is no inspector');
    });
    expect(await stackOfThread(1, FOR_EVER)).toBe(null);
  });

  it('has no answer where the threads of the process cannot be asked', async () => {
    vi.spyOn(Session.prototype, 'post').mockImplementation(((
      _method: string,
      _params: object,
      told: (error: Error | null) => void,
    ) => told(new Error('no such domain'))) as never);
    expect(await stackOfThread(1, FOR_EVER)).toBe(null);
  });

  it('has no answer when the time is over, and ends what it began to ask', async () => {
    const end = vi.spyOn(Session.prototype, 'disconnect');
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    expect(await stackOfThread(987_654, 1)).toBe(null);
    expect(timers()).toBeLessThanOrEqual(before);
    await new Promise(setImmediate);
    expect(end).toHaveBeenCalledTimes(1);
  });
});
