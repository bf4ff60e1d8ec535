import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{contract,kit,daemons,main,renderer,preload,scripts,bench}/**/*.test.{ts,tsx}'],
    // Two cores: more workers than that only add noise to the loop-delay tests.
    maxWorkers: 2,
    // A hang, not a slow machine, should end a test: many of them start real processes.
    testTimeout: 60_000,
    // What is waited for comes at once on a quiet machine; a busy one gets its time.
    expect: { poll: { timeout: 15_000 } },
  },
});
