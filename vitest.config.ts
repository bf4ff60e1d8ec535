import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{daemons,main,renderer,preload,scripts,bench}/**/*.test.{ts,tsx}'],
    // Two cores: more workers than that only add noise to the loop-delay tests.
    maxWorkers: 2,
    testTimeout: 20_000,
    // What is waited for comes at once on a quiet machine; a busy one gets its time.
    expect: { poll: { timeout: 15_000 } },
  },
});
