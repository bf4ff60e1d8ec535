/** What the desktop app denies every page: windows, other places, permissions, web views. */
import { expect, test } from './desktop.ts';

test.use({ sharedApp: 'everyday' });

test('window.open opens nothing; an allowed link goes to the browser, another nowhere', async ({
  desktop,
}) => {
  await desktop.application.evaluate(({ shell }) => {
    const opened: string[] = [];
    Reflect.set(globalThis, 'opened', opened);
    shell.openExternal = async (url) => {
      opened.push(url);
    };
  });
  const handles = await desktop.page.evaluate(() =>
    ['https://example.com/', 'file:///etc/passwd', 'app://signalbox/', 'https://ircv3.net/'].map(
      (url) => window.open(url) === null,
    ),
  );
  expect(handles).toEqual([true, true, true, true]);
  const read = () => desktop.application.evaluate(() => Reflect.get(globalThis, 'opened') as string[]);
  await expect.poll(read).toEqual(['https://ircv3.net/']);
  const windows = await desktop.application.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows().length,
  );
  expect(windows).toBe(1);
});

test('the window cannot be led to another place', async ({ desktop }) => {
  const before = desktop.page.url();
  const denied = desktop.application.evaluate(
    ({ BrowserWindow }) =>
      new Promise<string[]>((resolve) => {
        const urls: string[] = [];
        BrowserWindow.getAllWindows()[0]?.webContents.on('will-frame-navigate', (event) => {
          urls.push(`${event.url} ${event.defaultPrevented ? 'denied' : 'allowed'}`);
          if (urls.length === 2) resolve(urls);
        });
      }),
  );
  await desktop.page.evaluate(() => {
    location.href = 'https://example.com/';
  });
  await desktop.page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'https://example.org/';
    document.body.append(link);
    link.click();
    link.remove();
  });
  expect(await denied).toEqual(['https://example.com/ denied', 'https://example.org/ denied']);
  expect(desktop.page.url()).toBe(before);
  expect(await desktop.page.evaluate(() => location.origin)).toBe('app://signalbox');
});

test('every permission is denied but writing text to the clipboard', async ({ desktop }) => {
  const answers = await desktop.page.evaluate(async () => {
    const denial = (promise: Promise<unknown>) =>
      promise.then(
        () => 'granted',
        (error: DOMException) => error.name,
      );
    const state = async (name: string) =>
      (await navigator.permissions.query({ name: name as PermissionName })).state;
    return {
      camera: await denial(navigator.mediaDevices.getUserMedia({ video: true })),
      screen: await denial(navigator.mediaDevices.getDisplayMedia()),
      place: await new Promise((resolve) => {
        navigator.geolocation.getCurrentPosition(
          () => resolve('granted'),
          (error) => resolve(error.code === error.PERMISSION_DENIED ? 'denied' : `code ${error.code}`),
        );
      }),
      notifications: await Notification.requestPermission(),
      clipboardRead: await state('clipboard-read'),
    };
  });
  expect(answers).toMatchObject({ place: 'denied', notifications: 'denied', clipboardRead: 'denied' });
  expect(answers.camera).toMatch(/NotAllowedError|NotFoundError/);
  expect(answers.screen).toMatch(/NotAllowedError|InvalidStateError|NotSupportedError/);
});

test('a web view is inert', async ({ desktop }) => {
  const contents = await desktop.page.evaluate(() => {
    const view = document.createElement('webview');
    view.setAttribute('src', 'https://example.com/');
    document.body.append(view);
    return view.constructor.name;
  });
  expect(contents).toBe('HTMLElement');
  const count = await desktop.application.evaluate(
    ({ webContents }) => webContents.getAllWebContents().length,
  );
  expect(count).toBe(1);
});
