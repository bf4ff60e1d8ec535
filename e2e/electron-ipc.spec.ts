/** Who may speak to main, and in which shape. */
import { join } from 'node:path';
import { ROOT } from './app/binaries.ts';
import { expect, test } from './desktop.ts';

test.use({ sharedApp: 'everyday' });

/** Calls the bridge of the page with what a hostile script might send. */
function call(args: readonly unknown[], method: 'request' | 'openStream' = 'request') {
  return { args, method };
}

test('what has not the declared shape is answered with a stable error', async ({ desktop }) => {
  const calls = [
    call(['status', {}]),
    call(['no.such.request', {}]),
    call(['__proto__', {}]),
    call([7, {}]),
    call(['daemon.start', { id: 5 }]),
    call(['daemon.start', 'ircd']),
    call(['main', ''], 'openStream'),
    call([{}, 'nonce-of-some-length'], 'openStream'),
    call(['no-such-daemon', 'nonce-of-some-length'], 'openStream'),
    call(['ircd', 'nonce-of-some-length', 'other'], 'openStream'),
    call(['main', 'nonce-of-some-length', 'bytes'], 'openStream'),
  ];
  const codes = await desktop.page.evaluate(async (list) => {
    type Answer = { ok: boolean; error?: { code: string } };
    const bridge = Reflect.get(globalThis, 'signalbox') as Record<
      string,
      (...args: readonly unknown[]) => Promise<Answer>
    >;
    const answers = await Promise.all(list.map(({ method, args }) => bridge[method]?.(...args)));
    return answers.map((answer) => (answer?.ok ? 'ok' : answer?.error?.code));
  }, calls);
  expect(codes).toEqual([
    'ok',
    'unknown_request',
    'unknown_request',
    'bad_request',
    'bad_request',
    'bad_request',
    'bad_request',
    'bad_request',
    'unknown_daemon',
    'bad_request',
    'unsupported',
  ]);
});

test('what a page says about questions has one of three shapes', async ({ desktop }) => {
  const messages = [
    { type: 'ready' },
    { type: 'answer', id: 1, answer: 'quit' },
    { type: 'answer', id: 1, answer: 'force' },
    { type: 'answer', id: 'x', answer: 'quit' },
    { type: 'shown' },
    null,
  ];
  const codes = await desktop.page.evaluate(async (list) => {
    type Answer = { ok: boolean; error?: { code: string } };
    const { tell } = Reflect.get(globalThis, 'signalboxDesktop') as {
      tell(message: unknown): Promise<Answer>;
    };
    const answers = await Promise.all(list.map((message) => tell(message)));
    return answers.map((answer) => (answer.ok ? 'ok' : answer.error?.code));
  }, messages);
  // An answer to a question that nobody asks ends nothing.
  expect(codes).toEqual(['ok', 'ok', 'bad_request', 'bad_request', 'bad_request', 'bad_request']);
  await expect(desktop.page.getByRole('row', { name: 'ircd', exact: true })).toContainText('stopped');
});

test('a window that is not ours is refused, whatever it shows', async ({ desktop }) => {
  const answers = await desktop.application.evaluate(
    async ({ BrowserWindow }, preload) => {
      const results: unknown[] = [];
      for (const url of ['data:text/html,foreign', 'app://signalbox/']) {
        const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
        await window.loadURL(url);
        results.push(
          await window.webContents.executeJavaScript(
            "window.signalbox.request('daemon.start', { id: 'ircd' })",
          ),
          await window.webContents.executeJavaScript(
            "window.signalbox.openStream('main', 'nonce-of-length')",
          ),
          await window.webContents.executeJavaScript(
            "window.signalboxDesktop.tell({ type: 'answer', id: 1, answer: 'quit' })",
          ),
        );
        window.destroy();
      }
      return results;
    },
    join(ROOT, 'out/preload/preload.cjs'),
  );
  expect(answers).toHaveLength(6);
  for (const answer of answers) expect(answer).toMatchObject({ ok: false, error: { code: 'forbidden' } });
});
