/** What a page of the desktop app can reach: the bridge and nothing else. */
import { expect, test } from './desktop.ts';

test.use({ sharedApp: 'everyday' });

test('the page has no Node and no Electron, only the functions of the bridge', async ({ desktop }) => {
  const reach = await desktop.page.evaluate(() => ({
    require: typeof Reflect.get(globalThis, 'require'),
    process: typeof Reflect.get(globalThis, 'process'),
    module: typeof Reflect.get(globalThis, 'module'),
    buffer: typeof Reflect.get(globalThis, 'Buffer'),
    ipcRenderer: typeof Reflect.get(globalThis, 'ipcRenderer'),
    bridges: ['signalbox', 'signalboxDesktop'].flatMap((bridge) =>
      Object.entries(Reflect.get(globalThis, bridge) as object).map(([name, value]) => [name, typeof value]),
    ),
  }));
  expect(reach).toEqual({
    require: 'undefined',
    process: 'undefined',
    module: 'undefined',
    buffer: 'undefined',
    ipcRenderer: 'undefined',
    bridges: [
      ['request', 'function'],
      ['onEvent', 'function'],
      ['openStream', 'function'],
      ['tell', 'function'],
      ['onMessage', 'function'],
    ],
  });
});

test('every window is sandboxed and isolated, without Node and web views', async ({ desktop }) => {
  const second = await desktop.openWindow();
  const preferences = await desktop.application.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => {
      // Electron documents this for tests only and leaves it out of its types.
      const read = Reflect.get(contents, 'getLastWebPreferences') as () => Electron.WebPreferences;
      const all = read.call(contents);
      return {
        sandbox: all.sandbox,
        contextIsolation: all.contextIsolation,
        nodeIntegration: all.nodeIntegration,
        nodeIntegrationInSubFrames: all.nodeIntegrationInSubFrames,
        webviewTag: all.webviewTag,
        webSecurity: all.webSecurity,
      };
    }),
  );
  const strict = {
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
  };
  expect(preferences).toEqual([strict, strict]);
  await second.close();
});

test('the page comes from app://signalbox under a policy that starts at none', async ({ desktop }) => {
  expect(await desktop.page.evaluate(() => location.origin)).toBe('app://signalbox');
  const headers = await desktop.page.evaluate(async () =>
    Object.fromEntries((await fetch('app://signalbox/index.html')).headers),
  );
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).toContain("script-src 'self'");
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test('no URL of the scheme reaches a file outside the window', async ({ desktop }) => {
  const statuses = await desktop.page.evaluate(async () => {
    const paths = [
      '/..%2f..%2fpackage.json',
      '/%2e%2e/main/electron.js',
      '/..%5cmain%5celectron.js',
      '/nothing',
    ];
    const answers = await Promise.all(paths.map((path) => fetch(`app://signalbox${path}`)));
    return answers.map((answer) => answer.status);
  });
  expect(statuses).toEqual([403, 404, 403, 404]);
});

test('injected scripts and frames do not run', async ({ desktop }) => {
  await desktop.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.injected = true';
    document.body.append(script);
    const frame = document.createElement('iframe');
    frame.src = 'https://example.com/';
    document.body.append(frame);
  });
  await expect.poll(() => desktop.problems.filter((problem) => problem.startsWith('policy')).length).toBe(2);
  expect(await desktop.page.evaluate(() => Reflect.get(globalThis, 'injected'))).toBeUndefined();
  // These two were provoked; any other still fails the test.
  desktop.problems.splice(0, 2);
});
