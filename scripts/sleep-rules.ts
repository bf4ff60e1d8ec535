/**
 * No test waits a fixed time for something to happen: on a busy machine that is too short, on every other one too long. It
 * waits for the thing itself (an event, `vi.waitFor`, `expect.poll`) or moves a fake clock. And no test says how long it waits
 * at most: the configurations of Vitest and Playwright do, for the slowest machine. Used by check-sources.ts.
 */
import { isNode, type SourceNode, walk } from './source-tree.ts';

/** Files in which the passing of real time is what a test is about, with the reason. */
export const REAL_TIME: Readonly<Record<string, string>> = {
  'main/headless/serve-ends.test.ts':
    'A Ctrl-C counts as a second one only when it comes later than the echo of the first, in a process of its own.',
  'main/cli/console-terminal.test.ts':
    'A Ctrl-C counts as a second one only when it comes later than the echo of the first, in a process of its own.',
  'e2e/electron-leaving.spec.ts':
    'Quitting counts as a second time only when it comes later than the echo of the first, in a process of its own.',
  'daemons/runtime/telemetry/process-sampler.test.ts':
    'Blocks its thread for a while in which another one computes: what each of them used of that time is the subject.',
  'e2e/app/process-group.ts':
    'Looks again and again whether processes are gone: the system tells nobody but their parent.',
};

const TEST_FILE = /\.(test|spec)\.tsx?$|(^|\/)test-[^/]+\.tsx?$|-fixture\.ts$|(^|\/)test-fixtures\/|^e2e\//;
const SLEEP = 'a test waits for what shall happen (an event, vi.waitFor, expect.poll), not for a fixed time';

const IMPATIENT = 'a test does not say how long it waits at most: the configuration does';

/** Files that try the waiting itself. */
const WAITING = ['scripts/patient-waits.test.ts'];
const WAITS = /^(poll|waitFor|waitUntil|setConfig)$/;
const LIMITS = /^(timeout|testTimeout|hookTimeout)$/;

/** `vi.waitFor(…, { timeout: 5_000 })`, `expect.poll(…, { timeout })`, `vi.setConfig({ testTimeout })`; also with the number alone. */
function isImpatient({ callee, arguments: given }: SourceNode): boolean {
  if (!isNode(callee) || !isNode(callee.object) || !isNode(callee.property)) return false;
  if (!/^(vi|expect)$/.test(String(callee.object.name)) || !WAITS.test(String(callee.property.name)))
    return false;
  return (given as SourceNode[]).some(
    ({ type, value, properties }) =>
      (type === 'Literal' && typeof value === 'number') ||
      (type === 'ObjectExpression' &&
        (properties as SourceNode[]).some(({ key }) => isNode(key) && LIMITS.test(String(key.name)))),
  );
}

/** Whether a file is a test, a spec or a helper of tests. */
export function isTestFile(file: string): boolean {
  return TEST_FILE.test(file);
}

/** Names by which a file has `setTimeout` of `node:timers/promises`, or all of it. */
function sleepNames(tree: SourceNode): Set<string> {
  const names = new Set<string>();
  walk(tree, (node) => {
    if (node.type !== 'ImportDeclaration' || !isNode(node.source)) return;
    if (!/^(node:)?timers\/promises$/.test(String(node.source.value))) return;
    for (const one of node.specifiers as SourceNode[])
      if (isNode(one.local)) names.add(String(one.local.name));
  });
  return names;
}

/** `new Promise((resolve) => setTimeout(resolve, ms))`, and the same with a function around the call of `resolve`. */
function isSleepingPromise(node: SourceNode): boolean {
  if (node.type !== 'NewExpression' || !isNode(node.callee) || node.callee.name !== 'Promise') return false;
  const [executor] = node.arguments as SourceNode[];
  if (!isNode(executor) || !isNode(executor.body)) return false;
  const { body } = executor;
  const [only, ...more] = body.type === 'BlockStatement' ? (body.body as SourceNode[]) : [body];
  if (!isNode(only) || more.length > 0) return false;
  const call = only.type === 'ExpressionStatement' ? only.expression : only;
  if (!isNode(call) || call.type !== 'CallExpression' || !isNode(call.callee)) return false;
  return call.callee.name === 'setTimeout';
}

/** Every fixed wait in a file, a line each; none in files that are no tests or that {@link REAL_TIME} names. And every own limit of a wait. */
export function sleepBreaches(file: string, text: string, tree: SourceNode): string[] {
  if (!isTestFile(file)) return [];
  const names = sleepNames(tree);
  const found: string[] = [];
  const mayBeImpatient = WAITING.includes(file);
  const maySleep = Object.hasOwn(REAL_TIME, file);
  const tell = ({ start }: SourceNode, what: string) =>
    found.push(`${file}:${text.slice(0, start).split('\n').length}: ${what}`);
  walk(tree, (node) => {
    const { callee } = node;
    const called = node.type === 'CallExpression' && isNode(callee) ? callee : null;
    const method =
      called?.type === 'MemberExpression' && isNode(called.property) ? called.property.name : null;
    const sleeps =
      isSleepingPromise(node) ||
      (called !== null && names.has(String(called.name))) ||
      method === 'waitForTimeout' ||
      (method === 'wait' && text.slice(node.start).startsWith('Atomics.wait'));
    if (sleeps && !maySleep) tell(node, SLEEP);
    if (called !== null && !mayBeImpatient && isImpatient(node)) tell(node, IMPATIENT);
  });
  return found;
}
