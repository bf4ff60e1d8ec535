import { expect, test, vi } from 'vitest';

test('what takes longer than a second is waited for all the same, and a wait with a time of its own keeps it', async () => {
  let looked = 0;
  await vi.waitFor(() => expect(++looked).toBe(12), { interval: 100 });
  await vi.waitUntil(() => ++looked === 24, { interval: 100 });
  await expect(vi.waitFor(() => expect(looked).toBe(0), { timeout: 30, interval: 10 })).rejects.toThrow();
  await expect(vi.waitFor(() => expect(looked).toBe(0), 30)).rejects.toThrow();
  await expect(vi.waitUntil(() => looked === 0, 30)).rejects.toThrow();
});
