/** The command line of a headless host that a test starts as a process of its own. */

/** Serves `dir` by the configuration file `config` on a free port, and says in one line of JSON that it is ready. */
export function serveFlags(dir: string, config: string): readonly string[] {
  return ['--headless', '--port', '0', '--data', dir, '--config', config, '--json'];
}
