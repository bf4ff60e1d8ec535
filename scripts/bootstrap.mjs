/**
 * What `npm start` and `npm test` do first on a fresh clone: install, build, and find the programs that the next
 * step needs. Plain JavaScript without dependencies, because it runs on the machine's own Node (20.19 or newer)
 * before anything is installed. Everything it prints goes to stderr.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isRoot = process.getuid?.() === 0;

/** The Node 24 of the dev dependencies, on which every script and the headless host run. */
export const node24 = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** One line for the person who waits. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Runs a program with its output on stderr; resolves with the exit code. */
export function run(command, args, { onStart, ...options } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
    onStart?.(child);
    child.on('error', (error) => {
      say(`${command}: ${error.message}`);
      resolve(127);
    });
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
}

/** Whether every direct dependency is there in the version that the lock file names. */
export function isInstalled() {
  try {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const own = lock.packages[''];
    for (const name of Object.keys({ ...own.dependencies, ...own.devDependencies })) {
      const wanted = lock.packages[`node_modules/${name}`]?.version;
      const found = JSON.parse(
        readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'),
      ).version;
      if (wanted !== found) return false;
    }
    return existsSync(node24);
  } catch {
    return false;
  }
}

/** Installs the locked dependencies when they are not there. Throws when that fails. */
export async function ensureInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old: Signalbox needs 20.19 or newer.`);
  }
  if (isInstalled()) return;
  say('Installing dependencies (npm ci)...');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const code =
    npm === undefined || !npm.endsWith('.js')
      ? await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args)
      : await run(process.execPath, [npm, ...args]);
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}; its output is above.`);
  if (!existsSync(node24))
    throw new Error('npm ci installed no Node 24: install scripts must be allowed for "node".');
}

/** What the build reads; a newer file there makes the build old. */
const BUILD_INPUTS = [
  'daemons',
  'main',
  'preload',
  'renderer',
  'electron.vite.config.ts',
  'package-lock.json',
];

function newestChange(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  let newest = 0;
  for (const name of readdirSync(path)) newest = Math.max(newest, newestChange(join(path, name)));
  return newest;
}

/** Builds window, preload, main and daemons when the sources are newer than the last build. Throws when that fails. */
export async function ensureBuilt() {
  const stamp = join(root, 'out/.built');
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newest = Math.max(...BUILD_INPUTS.map((input) => newestChange(join(root, input))));
  if (built > newest) return;
  say('Building...');
  const code = await run(node24, [
    join(root, 'node_modules/electron-vite/bin/electron-vite.js'),
    'build',
    '--logLevel',
    'warn',
  ]);
  if (code !== 0) throw new Error(`The build failed with exit code ${code}; its output is above.`);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
}

/** Whether `program` is on the PATH. */
export function onPath(program) {
  return (
    spawnSync(process.platform === 'win32' ? 'where' : 'which', [program], { stdio: 'ignore' }).status === 0
  );
}

/**
 * The Electron binary: `{ path }`, or `{ missing, mend }`, each one line. Tries once to download it where the
 * package came without.
 */
export async function findElectron() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const name = process.platform === 'win32' ? 'electron.exe' : 'electron';
  if (override !== undefined && override !== '') {
    const path = join(override, name);
    if (!existsSync(path)) return { missing: `ELECTRON_OVERRIDE_DIST_PATH has no ${name}`, mend: 'unset it' };
    return checkLibraries(path);
  }
  const dir = join(root, 'node_modules/electron');
  const pathFile = join(dir, 'path.txt');
  if (!existsSync(pathFile)) {
    say('Downloading Electron...');
    await run(node24, [join(dir, 'install.js')], { timeout: 300_000, stdio: 'ignore' });
  }
  if (!existsSync(pathFile)) {
    return { missing: 'the Electron binary could not be downloaded', mend: 'npx install-electron' };
  }
  return checkLibraries(join(dir, 'dist', readFileSync(pathFile, 'utf8')));
}

/** Debian's packages of the libraries that Electron needs. */
const ELECTRON_LIBRARIES =
  'libnss3 libatk-bridge2.0-0 libgtk-3-0 libgbm1 libasound2 libxss1 libcups2 libxkbcommon0 libx11-xcb1';

function checkLibraries(path) {
  if (process.platform !== 'linux' || !onPath('ldd')) return { path };
  const listing = spawnSync('ldd', [path], { encoding: 'utf8' }).stdout ?? '';
  const missing = [...listing.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
  if (missing.length === 0) return { path };
  return {
    missing: `Electron needs the system libraries ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', ...' : ''}`,
    mend: `${isRoot ? '' : 'sudo '}apt-get install ${ELECTRON_LIBRARIES}`,
  };
}

/** Whether windows can be shown here. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Installs Debian packages when this is root on such a machine; tells whether it did. */
export async function aptInstall(packages) {
  if (!isRoot || !onPath('apt-get')) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  return (await run('apt-get', args, { env, stdio: ['ignore', 'ignore', 2] })) === 0;
}

/** Chromium without the frame of a browser, which no test sees: it takes a third less processor time. */
const LIGHT_CHROMIUM = 'chromium-headless-shell';
const SYSTEM_CHROMIUMS = [
  LIGHT_CHROMIUM,
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
];

function systemChromium(programs = SYSTEM_CHROMIUMS) {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const program = programs.find(onPath);
  return program === undefined ? null : execFileSync('which', [program], { encoding: 'utf8' }).trim();
}

/** A Chromium for Playwright: the light one, its own, an installed one, a downloaded one, or apt's. Null with the reason said. */
export async function ensureChromium() {
  const { chromium } = createRequire(join(root, 'package.json'))('playwright-core');
  const own = () => (existsSync(chromium.executablePath()) ? chromium.executablePath() : null);
  const found = systemChromium([LIGHT_CHROMIUM]) ?? own() ?? systemChromium();
  if (found !== null) return found;
  say('Installing a Chromium for the end-to-end tests...');
  const cli = join(root, 'node_modules/playwright/cli.js');
  await run(node24, [cli, 'install', 'chromium'], { timeout: 300_000, stdio: 'ignore' });
  if (own() === null && !(await aptInstall([LIGHT_CHROMIUM]))) await aptInstall(['chromium']);
  const installed = own() ?? systemChromium();
  if (installed === null) say('No Chromium: install one, or set CHROMIUM_PATH.');
  return installed;
}

/** A program that gives the tests a display where there is none: `[command, ...args]`, or null. */
export async function displayWrapper() {
  if (hasDisplay()) return [];
  if (!onPath('xvfb-run')) await aptInstall(['xvfb', 'xauth']);
  // Without -noreset it begins anew when its last client goes, and refuses who comes at that moment.
  const server = '--server-args=-screen 0 1440x900x24 -noreset';
  return onPath('xvfb-run') ? ['xvfb-run', '-a', server] : null;
}
