/** Finds the programs that the specs drive. `npm test` has looked for them before and says so in the environment. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';

export const ROOT = join(import.meta.dirname, '..', '..');

/** `XDG_CACHE_HOME` of what the specs start: its compiled code is none of the operator's. */
export const CACHE_HOME = join(ROOT, 'node_modules/.cache');

/** The Node that runs the headless host, the CLI and the daemons which Electron does not host. */
export const NODE = realpathSync(
  join(ROOT, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node'),
);

/** Imported first by the programs that the specs start: compiled code is kept, and what was built is run in place of its source. */
const START_BUILT = pathToFileURL(join(ROOT, 'scripts/start-built.mjs')).href;

/**
 * Arguments of Node that run a program of ours, named by its source: the one that was built for the specs (scripts/built-programs.ts),
 * which starts in half of the time; the source where none was, as for a benchmark.
 */
export function programOf(source: string): string[] {
  return ['--import', START_BUILT, join(ROOT, source)];
}

/** The Electron binary, or why the desktop specs cannot run here. */
export function findElectron(): { readonly path: string } | { readonly missing: string } {
  const { SIGNALBOX_NO_ELECTRON, SIGNALBOX_ELECTRON, ELECTRON_OVERRIDE_DIST_PATH } = process.env;
  if (SIGNALBOX_NO_ELECTRON) return { missing: SIGNALBOX_NO_ELECTRON };
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return { missing: 'there is no display (mend it with: xvfb-run -a npm run e2e)' };
  }
  const path = SIGNALBOX_ELECTRON || electronIn(ELECTRON_OVERRIDE_DIST_PATH);
  if (existsSync(path)) return { path };
  return { missing: `there is no Electron binary at ${path} (mend it with: npx install-electron)` };
}

function electronIn(override: string | undefined): string {
  const packageDir = join(ROOT, 'node_modules/electron');
  const pathFile = join(packageDir, 'path.txt');
  const program = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : platformProgram();
  return join(override || join(packageDir, 'dist'), program);
}

function platformProgram(): string {
  if (process.platform === 'win32') return 'electron.exe';
  return process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
}

/** Chromium without the frame of a browser, which no spec sees: it takes a third less processor time. */
const LIGHT_CHROMIUM = 'chromium-headless-shell';
const SYSTEM_CHROMIUMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The Chromium for the headless host's dashboard. Throws with what to do where there is none. */
export function findChromium(): string {
  const onPath = (name: string) => (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, name));
  const candidates = [
    process.env.CHROMIUM_PATH ?? '',
    ...onPath(LIGHT_CHROMIUM),
    chromium.executablePath(),
    ...SYSTEM_CHROMIUMS.flatMap(onPath),
  ];
  const found = candidates.find((path) => path !== '' && existsSync(path));
  if (found === undefined) {
    throw new Error('No Chromium: run `npx playwright install chromium` or set CHROMIUM_PATH.');
  }
  return found;
}

/**
 * V8's options for the pages of specs, which are gone within seconds: before it pays that their code is compiled better, that other
 * threads do so, and that what is left of the pages before is collected bit by bit. A benchmark measures pages as people have them,
 * without these.
 */
export const SHORT_LIVED_PAGES: readonly string[] = [
  '--single-threaded',
  '--no-opt',
  '--no-maglev',
  '--initial-heap-size=512',
  '--min-semi-space-size=64',
  '--no-memory-reducer',
];

/** Switches for every Chromium and Electron here: nothing in the background, the sandbox wherever it can be. */
export const CHROMIUM_SWITCHES: readonly string[] = [
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
  // Chromium refuses to sandbox as root.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];
