/** The flags of the desktop app, the same as those of the headless host. Read by main.ts. */
import { resolve } from 'node:path';

/** The flags of the desktop app. */
export interface DesktopFlags {
  /** Absolute, or null for the default. */
  readonly dataDir: string | null;
  /** Absolute, or null for the default. */
  readonly configFile: string | null;
  /** Daemons to start, or null for what the configuration says. */
  readonly autostart: readonly string[] | null;
}

/** Thrown for a flag without its value; the message is for the person who typed it. */
export class UsageError extends Error {}

/**
 * Finds our flags among those of Chromium and Electron, which are left alone. A value follows after `=` or as the
 * next argument; the last one wins.
 */
export function parseFlags(argv: readonly string[], cwd: string): DesktopFlags {
  const values = new Map<string, string>();
  for (let i = 0; i < argv.length; i++) {
    const match = /^--(data|config|autostart)(?:=(.*))?$/s.exec(argv[i]!);
    if (match === null) continue;
    const name = match[1]!;
    let value = match[2];
    if (value === undefined) {
      value = argv[i + 1];
      if (value === undefined || value.startsWith('--')) {
        throw new UsageError(`--${name} needs a value, such as --${name} ${EXAMPLES[name]}`);
      }
      i++;
    }
    if (value === '' && name !== 'autostart')
      throw new UsageError(`--${name} needs a value that is not empty`);
    values.set(name, value);
  }
  const data = values.get('data');
  const config = values.get('config');
  const autostart = values.get('autostart');
  return {
    dataDir: data === undefined ? null : resolve(cwd, data),
    configFile: config === undefined ? null : resolve(cwd, config),
    autostart: autostart === undefined ? null : autostart.split(',').filter((id) => id !== ''),
  };
}

const EXAMPLES: Readonly<Record<string, string>> = {
  data: '/var/lib/signalbox',
  config: 'signalbox.toml',
  autostart: 'ircd,relay',
};
