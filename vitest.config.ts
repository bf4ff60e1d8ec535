import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineConfig } from 'vitest/config';
import { workerGroups } from './scripts/worker-groups.ts';

const root = import.meta.dirname;
const compileCache = join(root, 'scripts/compile-cache.mjs');
const startBuilt = join(root, 'scripts/start-built.mjs');
const patience = join(root, 'scripts/patient-waits.ts');
/** Only where it is asked for, by scripts/test-cpu.ts. */
const spentCpu = process.env.SIGNALBOX_TEST_CPU === undefined ? [] : [join(root, 'scripts/spent-cpu.ts')];
const { plain, models, window, tables, processes, own } = workerGroups(root);
/** Of files that share a worker, one after another. */
const sharing = {
  isolate: false,
  setupFiles: [...spentCpu, patience, join(root, 'scripts/fresh-file.ts')],
};
/**
 * Node loads the modules itself, as it does for an operator, in less time than Vite; those that replace modules or load JSX cannot
 * have it. The copies of the mutation runner go on with Vite, which is told what has changed.
 */
const native =
  process.env.SIGNALBOX_SANDBOX === undefined
    ? { experimental: { viteModuleRunner: false, nodeLoader: false } }
    : {};
// Two cores: more workers than that only add noise to the loop-delay tests.
const busy = { maxWorkers: 2, sequence: { groupOrder: 1 } };
// They wait for other processes most of the time.
const waiting = {
  maxWorkers: 3,
  sequence: { groupOrder: 2 },
  globalSetup: join(root, 'scripts/built-programs-setup.ts'),
};

export default defineConfig({
  // A copy of the checkout has its packages behind a link (scripts/mutation/sandbox.ts); stylesheets are read there too.
  server: { fs: { strict: false } },
  test: {
    // The text of a stylesheet for whoever asks for it; else tests have none.
    css: { include: /[?]raw$/ },
    // A hang, not a slow machine, should end a test. In `npm test` the plain ones get what the end-to-end specs leave of two
    // cores, at times a twentieth of one: a test of three seconds then takes a minute.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // What is waited for comes at once on a quiet machine; a busy one gets its time.
    expect: { poll: { timeout: 60_000 } },
    // Every process that a test starts runs from compiled code, as those of an operator do; none of it is the operator's. Those
    // that start often are built before.
    env: {
      XDG_CACHE_HOME: join(root, 'node_modules/.cache'),
      NODE_OPTIONS: `--import=${pathToFileURL(startBuilt).href}`,
    },
    projects: [
      { extends: true, test: { name: 'plain', include: plain, ...native, ...sharing, ...busy } },
      { extends: true, test: { name: 'models', include: models, ...sharing, ...busy } },
      // A project of its own: Vitest ends a worker when the next file wants another environment.
      { extends: true, test: { name: 'window', include: window, ...sharing, ...busy } },
      { extends: true, test: { name: 'tables', include: tables, ...sharing, ...busy } },
      {
        extends: true,
        test: {
          name: 'processes',
          include: processes,
          ...sharing,
          ...waiting,
          setupFiles: [compileCache, ...sharing.setupFiles],
        },
      },
      {
        extends: true,
        test: {
          name: 'own worker',
          include: own,
          ...waiting,
          setupFiles: [...spentCpu, compileCache, patience],
        },
      },
    ],
  },
});
