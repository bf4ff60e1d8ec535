/**
 * What of main's environment a daemon's process gets, under both hosts. Variables that make Node load other code than the
 * daemon's own stay behind: they come from the shell, the debugger or the test runner that main was started from, and were
 * never meant for its daemons. Used by both launchers.
 */

/**
 * Variables that daemons do not get, with what each would do there. These are passed on:
 * - `NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE`, `SSL_CERT_DIR`, `NODE_ICU_DATA`: data, which operators set for good reasons;
 * - `OPENSSL_CONF`, `OPENSSL_MODULES`: how a machine in FIPS mode says so. A daemon without them would encrypt otherwise
 *   than the rest of the machine, and nobody would notice;
 * - `LD_PRELOAD`, `LD_LIBRARY_PATH`, `DYLD_*`: not Node's. Packages (snaps, AppImages, Nix) cannot start Node without
 *   them, and operators choose an allocator by them. Whoever can set them for main has its rights anyway.
 */
export const WITHHELD_VARIABLES: Readonly<Record<string, string>> = {
  NODE_OPTIONS: 'Loads modules before the first line (--require, --import, --loader) or opens a debugger.',
  NODE_PATH: 'Adds folders in which modules are looked for.',
  NODE_PRESERVE_SYMLINKS: 'Resolves modules by the place of a link, not of the file.',
  NODE_PRESERVE_SYMLINKS_MAIN: 'The same for the entry.',
  NODE_REPL_EXTERNAL_MODULE: 'Names a module that replaces the prompt of Node.',
  NODE_COMPILE_CACHE: 'Names a folder from which compiled code is taken.',
  ELECTRON_RUN_AS_NODE: 'Makes Electron a plain Node, which is how tools of developers start one another.',
};

/** The environment of a daemon's process: that of main, without {@link WITHHELD_VARIABLES}. */
export function daemonEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    // Windows does not tell names apart by their case.
    if (value !== undefined && !Object.hasOwn(WITHHELD_VARIABLES, name.toUpperCase())) kept[name] = value;
  }
  return kept;
}
