/** The flags of the headless host, shared with the desktop app. Read by serve.ts. */
import { configFileOf, dataDirOf } from '../core/instance/default-paths.ts';
import { parseOptions, UsageError } from '../terminal/options.ts';

/** Port of the dashboard when none is named. */
const DEFAULT_PORT = 8420;

/** What the command line of the headless host says. */
export interface ServeOptions {
  readonly dataDir: string;
  readonly configFile: string | null;
  readonly port: number;
  /** Null: what the configuration says. */
  readonly autostart: readonly string[] | null;
  readonly json: boolean;
  readonly help: boolean;
}

export { UsageError };

export const SERVE_HELP = `Usage: signalbox serve [options]
       npm start -- --headless [options]

Serves the dashboard over HTTP, without a window. In a terminal it takes commands, such as: status

  --port N            port of the dashboard (${DEFAULT_PORT}); 0 for any free one
  --data DIR          directory of this instance (socket, database, logs)
  --config FILE       configuration file (TOML)
  --autostart A,B     daemons to start at once, instead of those in the configuration
  --json              one line of JSON on stdout when ready, nothing else there
`;

/** Parses the flags. Throws UsageError. */
export function parseServeOptions(
  argv: readonly string[],
  knownDaemons: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): ServeOptions {
  const values = parse(argv);
  const port = values.port === undefined ? DEFAULT_PORT : Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || values.port === '') {
    throw new UsageError(`--port: expected a number from 0 to 65535, got "${values.port}"`);
  }
  const autostart = values.autostart?.split(',').filter((id) => id !== '') ?? null;
  const unknown = autostart?.find((id) => !knownDaemons.includes(id));
  if (unknown !== undefined) {
    throw new UsageError(
      `--autostart: no daemon is called "${unknown}"; there are ${knownDaemons.join(', ')}`,
    );
  }
  return {
    dataDir: dataDirOf(values.data, env),
    configFile: configFileOf(values.config, env),
    port,
    autostart,
    json: values.json === true,
    help: values.help === true,
  };
}

function parse(argv: readonly string[]) {
  return parseOptions(argv, {
    options: {
      headless: { type: 'boolean' },
      port: { type: 'string' },
      data: { type: 'string' },
      config: { type: 'string' },
      autostart: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
}
