/**
 * What the reference of the control API says beside the schemas: purpose, danger, errors and an example of each request.
 * Read by scripts/control-api-page.ts, whose examples a test runs; a request without an entry does not compile.
 */
import type { ControlApi, ControlRequestName } from './control-api.ts';
import type { ErrorCode } from './errors.ts';

/** How one request is described. */
export interface RequestReference<Name extends ControlRequestName> {
  readonly summary: string;
  /** Null: it disturbs nobody. */
  readonly danger: string | null;
  /** Beside those that every request may be answered with. */
  readonly errors: readonly ErrorCode[];
  readonly example: ControlApi[Name]['args'];
}

/** Codes that any request may be answered with. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  'bad_request',
  'unauthorized',
  'forbidden',
  'limit_reached',
  'internal',
];

const LIFECYCLE: readonly ErrorCode[] = ['unknown_daemon', 'busy', 'confirmation_required'];

/** Every request, in the order of the page. */
export const CONTROL_REFERENCE: { readonly [Name in ControlRequestName]: RequestReference<Name> } = {
  status: {
    summary: 'What runs, since when and where it listens, and whether history is written.',
    danger: null,
    errors: [],
    example: {},
  },
  hello: {
    summary:
      'All that a window learns first: versions, folders, the manifests of all daemons, and what `status` says.',
    danger: null,
    errors: [],
    example: {},
  },
  'daemon.start': {
    summary: 'Starts a daemon and what it depends on; answers when it runs, or why it does not.',
    danger: null,
    errors: [
      'unknown_daemon',
      'already_running',
      'busy',
      'init_failed',
      'address_in_use',
      'config_invalid',
      'config_unreadable',
      'crashed',
      'timeout',
      'cancelled',
    ],
    example: { id: 'relay' },
  },
  'daemon.stop': {
    summary: 'Drains a daemon and ends its process; answers when it is gone.',
    danger: 'Disconnects whoever uses the daemon: needs `confirmed` where that is anybody.',
    errors: LIFECYCLE,
    example: { id: 'relay', confirmed: true },
  },
  'daemon.restart': {
    summary: 'Stops and starts a daemon.',
    danger: 'Disconnects whoever uses the daemon: needs `confirmed` where that is anybody.',
    errors: [...LIFECYCLE, 'init_failed', 'address_in_use', 'config_invalid', 'crashed', 'timeout'],
    example: { id: 'ircd', confirmed: true },
  },
  'daemon.stopImpact': {
    summary: 'What stopping a daemon would do, in words; `text` is null where it would disturb nobody.',
    danger: null,
    errors: ['unknown_daemon'],
    example: { id: 'ircd' },
  },
  'command.run': {
    summary:
      'Runs an admin command. The reference of each daemon has its commands with their arguments, results and danger.',
    danger: 'That of the command: `disruptive` and `irreversible` ones need `confirmed`.',
    errors: [
      'unknown_daemon',
      'unknown_command',
      'confirmation_required',
      'not_running',
      'not_found',
      'conflict',
      'refused',
      'timeout',
      'cancelled',
      'crashed',
    ],
    example: { daemon: 'ircd', command: 'clients', args: {} },
  },
  'command.cancel': {
    summary:
      'Cancels a command of this connection by its ticket. Over HTTP every request is a connection of its own.',
    danger: null,
    errors: [],
    example: { ticket: 'mine' },
  },
  'command.impact': {
    summary: 'What a command would do to users, in words; `text` is null where it would disturb nobody.',
    danger: null,
    errors: ['unknown_daemon', 'unknown_command', 'not_running', 'not_found', 'refused', 'timeout'],
    example: { daemon: 'ircd', command: 'broadcast', args: { text: 'Hello' } },
  },
  'metrics.latest': {
    summary: 'The newest figures of a daemon, or of `main`, by name; histograms as percentiles.',
    danger: null,
    errors: ['unknown_daemon', 'not_running'],
    example: { source: 'main' },
  },
  'logs.query': {
    summary: 'The newest log records, of one source or of all.',
    danger: null,
    errors: ['unknown_daemon'],
    example: { source: 'main', minLevel: 'warn', limit: 20 },
  },
  'logs.follow': {
    summary: 'Sends the log records of a source to this connection as events. Useful on a WebSocket only.',
    danger: null,
    errors: ['unknown_daemon'],
    example: { source: 'main', follow: true },
  },
  'history.query': {
    summary: 'Series of metrics over a time, in the resolution that fits the number of points.',
    danger: null,
    errors: ['history_paused', 'timeout'],
    example: {
      source: 'main',
      metrics: ['signalbox_main_resident_memory_bytes'],
      from: 1_700_000_000,
      to: 1_700_003_600,
    },
  },
  'audit.query': {
    summary: 'The audit trail, newest first; `before` is the id of the last entry of the page before.',
    danger: null,
    errors: ['history_paused', 'timeout'],
    example: { target: 'ircd', limit: 20 },
  },
  'config.get': {
    summary:
      'The configuration file as it was read, and what it means with all defaults; secrets are masked.',
    danger: null,
    errors: [],
    example: {},
  },
  'config.check': {
    summary: 'The mistake in a text, or in the file as it is now; changes nothing.',
    danger: null,
    errors: [],
    example: { text: '[relay]\nlisten = 5\n' },
  },
  'config.reload': {
    summary: 'Reads the file again. With a mistake in it nothing changes; nobody is disconnected.',
    danger: null,
    errors: ['config_invalid', 'config_unreadable'],
    example: {},
  },
};
