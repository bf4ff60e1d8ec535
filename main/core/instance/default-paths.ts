/** Where an instance keeps its things when nobody says otherwise (XDG base directories). Asked by both hosts and the CLI. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The data directory: what `--data` says, else `$XDG_DATA_HOME/signalbox`. Absolute. */
export function dataDirOf(flag: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  if (flag !== undefined) return resolve(flag);
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'signalbox');
}

/** The configuration file: what `--config` says, else the XDG one if it exists, else null for the built-in defaults. */
export function configFileOf(flag: string | undefined, env: NodeJS.ProcessEnv = process.env): string | null {
  if (flag !== undefined) return resolve(flag);
  const file = join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'signalbox', 'signalbox.toml');
  return existsSync(file) ? file : null;
}
