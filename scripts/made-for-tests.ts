/**
 * Which files are tests, or were made for tests and benchmarks alone, by their names: nothing of the product may import them, and
 * faults in them say nothing of the product. Used by scripts/import-rules.ts and scripts/mutation.
 */
const TESTS = /\.(test|spec)\.tsx?$/;
/** Stages of tests, servers in memory, made-up peers, and the simulated network of links. */
const FOR_TESTS =
  /\/test-|\/fake-|-fixture\.ts$|\/(simulation|permissions|conversations)\/|\/memory-(server|network|links|authority|relay)\.ts$|\/hostile-lines\.ts$/;

/** Whether a file, named from the root, is a test or was made for tests. */
export function isMadeForTests(file: string): boolean {
  return TESTS.test(file) || FOR_TESTS.test(file);
}
