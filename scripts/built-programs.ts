/**
 * Builds the programs that tests often start as processes of their own: daemons, the headless host, the command line, and some of
 * `test-fixtures`. A built one takes less than half of the processor time to start, because Node finds, reads and checks dozens of
 * files instead of hundreds. Called by built-programs-setup.ts; start-built.mjs lets tests start them.
 *
 * A build is a small copy of the checkout, kept by what it was made from: each program stands where its source stands, and
 * everything else in folders two below the root, so that what a file says of its own place holds. It lies in `node_modules`,
 * where packages are found from as well.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { build as viteBuild } from 'vite';
import { BUILT_IN, threadEntries, threadModules } from './thread-modules.ts';

/** What all programs are made of. */
const SOURCES = '{contract,kit,daemons,main,scripts}/**/*.{ts,mjs}';
/** Those that are started. */
const PROGRAMS = [
  'daemons/*/{main,verbs}.ts',
  'main/{cli,headless}/main.ts',
  'main/headless/test-fixtures/{serve-{patient,tiny,workshop},cli-entry}.ts',
  'main/headless/test-fixtures/*/main.ts',
  'daemons/{objects/store/test-fixtures/putting-process,recorder/test-fixtures/appender,runtime/host/test-fixtures/echo-daemon}.ts',
];
/** Builds that nothing asked for this long are taken away, in milliseconds. */
const KEPT_MS = 24 * 3_600_000;

/** A name for all that goes into a build. */
function nameOf(root: string): string {
  const hash = createHash('sha256');
  const sources = globSync(SOURCES, { cwd: root, exclude: (path) => path.includes('.test.') }).sort();
  for (const file of [...sources, 'package.json', 'package-lock.json']) {
    const text = readFileSync(join(root, file));
    hash.update(`${file} ${text.length}\n`).update(text);
  }
  return hash.digest('hex').slice(0, 16);
}

/** The folder of the programs as the sources are now, which are built where they are not there yet. */
export async function builtPrograms(root: string): Promise<string> {
  const all = join(root, 'node_modules/.cache/signalbox/programs');
  const folder = join(all, nameOf(root));
  if (existsSync(folder)) return folder;
  await mkdir(all, { recursive: true });
  const made = await mkdtemp(join(all, 'new-'));
  await build(root, made);
  // Another run of the tests may have made the same meanwhile.
  await rename(made, folder).catch(() => rm(made, { recursive: true }));
  for (const name of await readdir(all)) {
    const path = join(all, name);
    const { mtimeMs } = await stat(path);
    if (path !== folder && mtimeMs < Date.now() - KEPT_MS) await rm(path, { recursive: true, force: true });
  }
  return folder;
}

async function build(root: string, folder: string): Promise<void> {
  const files = PROGRAMS.flatMap((pattern) => globSync(pattern, { cwd: root }));
  const programs = files.map((file) => [file.replace(/\.ts$/, ''), join(root, file)]);
  await viteBuild({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [threadModules(root)],
    ssr: { noExternal: [...BUILT_IN] },
    build: {
      ssr: true,
      target: 'node24',
      outDir: folder,
      emptyOutDir: false,
      sourcemap: true,
      minify: false,
      rolldownOptions: {
        input: { ...Object.fromEntries(programs), ...threadEntries(root) },
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/shared/[name]-[hash].js' },
      },
    },
  });
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'out'), join(folder, 'out'));
}
