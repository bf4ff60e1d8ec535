/** Which end-to-end specs run in which host, and that what is said of it in e2e/app/hosts.ts holds. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NOT_OF } from '../e2e/app/hosts.ts';
import { PAGES } from '../e2e/app/pages.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const specs = globSync('e2e/*.spec.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
const runsIn = (host: keyof typeof NOT_OF, file: string) => !NOT_OF[host].test(`/${file}`);
const inBoth = specs.filter((file) => runsIn('electron', file) && runsIn('headless', file));
const ofWindow = specs.filter((file) => file.startsWith('e2e/window-'));
const textInBoth = inBoth.map(read).join('\n');

/** What a host carries out in a way of its own. */
const OF_HOST =
  /\b(?:appHost|dashboardBrowser|desktop|ElectronApp|HeadlessApp|killDaemon|secondWindow|mainPid|setInputFiles|waitForEvent)|\bapp\.(?:restart|kill|stop|start)\(|\(\{[^}]*\bhost\b/;

it('runs every spec in some host, those without a first word for one in both', () => {
  for (const file of specs) {
    const [first] = file.slice('e2e/'.length).split('-');
    expect([file, runsIn('electron', file), runsIn('headless', file)]).toEqual([
      file,
      first !== 'headless' && first !== 'window',
      first !== 'electron',
    ]);
  }
  expect(inBoth.length).toBeGreaterThan(10);
  expect(ofWindow.length).toBeGreaterThan(3);
});

it('leaves to one host nothing but what the window decides', () => {
  expect(ofWindow.filter((file) => OF_HOST.test(read(file)))).toEqual([]);
  expect(OF_HOST.test("test('x', async ({ app, host }) => {")).toBe(true);
  expect(OF_HOST.test('await app.restart();')).toBe(true);
});

it('tries in both hosts everything that specs do with a host', () => {
  const [, running = ''] = read('e2e/app/running-app.ts').split('export class RunningApp');
  const deeds = [...running.matchAll(/^ {2}(?:async )?(\w+)(?:<[^>]*>)?\(/gm)].map(([, name]) => name!);
  expect(deeds).toEqual(
    expect.arrayContaining(['cli', 'startDaemon', 'killDaemon', 'restart', 'secondWindow']),
  );
  const missing = deeds.filter(
    (name) => name !== 'constructor' && !new RegExp(`\\bapp\\s*\\.${name}\\(`).test(textInBoth),
  );
  expect(missing).toEqual([]);
  for (const deed of [
    'setInputFiles',
    "'Download'",
    '.reload()',
    "'/daemon/ircd/logs'",
    'IrcClient',
    'RelayClient',
  ])
    expect(textInBoth, deed).toContain(deed);
});

it('looks in both hosts at every kind of page that the window has', () => {
  const walking = inBoth.filter((file) => /for \(const \w+ of PAGES\)/.test(read(file)));
  expect(walking).toEqual(['e2e/pages.spec.ts']);
  const kinds = [...read('renderer/shell/page.tsx').matchAll(/\bkind === '(\w+)'/g)].map(([, kind]) => kind!);
  expect(kinds).toEqual(expect.arrayContaining(['daemon', 'audit', 'settings']));
  const walked = new Set(PAGES.map((page) => page.split('/')[1]));
  expect([...walked].sort()).toEqual(['', ...kinds].sort());
});
