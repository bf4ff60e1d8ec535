/** What services measure, which commands they take and how they are configured. Read by hosts, windows and the CLI. */
import { defineManifest } from '../../contract/manifest.ts';
import { metricSpecs } from '../../contract/metric-specs.ts';
import { operatorDeeds } from './account-admin.ts';
import { servicesCommands } from './commands.ts';
import { linksToOwn, servicesConfigSchema } from './config.ts';
import { webhookPlaces } from './webhook/webhook-config.ts';

const { name, gauge, counter, histogram } = metricSpecs('services');

export const manifest = defineManifest({
  id: 'services',
  title: 'Services',
  summary: 'Accounts and channels of the network: AuthServ, ChanServ, SASL',
  config: servicesConfigSchema,
  helpers: (config) => (linksToOwn(config) ? ['ircd'] : []),
  places: ({ webhook }) => webhookPlaces(webhook),
  commands: servicesCommands,
  deeds: operatorDeeds,
  adopts: [{ path: ['ircd', 'accounts', 'authority'], value: 'services' }],
  metrics: [
    gauge('linked', 'Whether there is a link to the network: 1 or 0'),
    gauge('network_users', 'Users on the network'),
    gauge('network_channels', 'Channels on the network'),
    gauge('network_servers', 'Servers on the network, services included'),
    counter('lines_in', 'Lines of the uplink'),
    counter('lines_out', 'Lines sent to the uplink'),
    counter('uplinks_established', 'Links to the network that stood'),
    counter('bot_returns', 'Times that a bot came back after it was killed'),
    gauge('accounts', 'Accounts that are registered'),
    gauge('registered_channels', 'Channels that belong to accounts'),
    gauge(
      'channel_times',
      'What is due on channels sometime: bans, suspensions and access that end, topics that come back',
    ),
    counter('registrations', 'Accounts registered since the process started'),
    counter('logins', 'Logins that succeeded'),
    counter('login_failures', 'Logins that failed, for whatever reason'),
    counter('logins_throttled', 'Logins that were not looked at because too many had failed before'),
    counter(
      'operations',
      'Commands of users, questions of servers, calls of Keycloak and steps of changes there that were begun',
    ),
    counter(
      'operation_failures',
      'Those of them that came to nothing for want of something, not because somebody was refused',
    ),
    counter('commands_dropped', 'Commands that were passed over because their user sent too many'),
    histogram('command', 'Time that a command of a user took'),
    histogram(
      'login_queue',
      'Time of a login by a password that is kept here, beside computing its hash: waiting for a thread, for the loop and for the disk',
    ),
    gauge('contexts_in_use', 'Commands of users under way'),
    counter('contexts_refused', 'Commands that were refused because too many were under way'),
    gauge('asking_servers', 'Servers that ask for accounts'),
    gauge('mails_waiting', 'Mails that wait to be sent'),
    counter('mails_sent', 'Mails that a server has taken'),
    counter('mails_given_up', 'Mails that no server took'),
    gauge('pushes_waiting', 'Pushes to devices that wait to be sent'),
    counter('pushes_sent', 'Pushes that a server has taken'),
    counter('pushes_given_up', 'Pushes that no server took'),
    counter('push_devices_gone', 'Devices that were forgotten because their server knows them no more'),
    gauge('flows', 'Changes of accounts and channels in Keycloak that are not at their end'),
    gauge('flows_waiting', 'Those of them that have failed and are tried again'),
    counter('flows_begun', 'Changes of accounts and channels in Keycloak that were begun'),
    counter('flows_done', 'Those of them that came to their end'),
    counter('flow_retries', 'Steps of them that failed'),
    gauge('webhook_queue_depth', 'Events of webhooks that wait to be acted upon'),
    counter('webhook_events', 'Events of webhooks that were taken'),
    counter('webhook_dropped', 'Events that were acknowledged and dropped: too old, or there before'),
    counter('webhook_refused', 'Requests to the webhook that were refused'),
    histogram('webhook_answer', 'Time until a request to the webhook was answered'),
    counter('store_commits', 'Transactions written to the disk'),
    gauge('keycloak_breaker_open', 'Whether Keycloak is not asked because it failed: 1 or 0'),
    gauge('keycloak_in_flight', 'Requests to Keycloak under way'),
    gauge('keycloak_waiting', 'What waits for a connection to Keycloak, or for the token of services there'),
    counter('keycloak_calls', 'Operations of Keycloak that were begun'),
    counter(
      'keycloak_failures',
      'Attempts at Keycloak that came to nothing for a reason of its own or of the way',
    ),
    counter('keycloak_retries', 'Attempts at Keycloak after the first one'),
    counter('keycloak_cache_hits', 'Questions about users of Keycloak that did not have to be asked'),
    counter('keycloak_cache_misses', 'Questions about users of Keycloak that had to be asked'),
    gauge('help_requests', 'Requests of help bots that are open'),
    gauge('help_requests_waiting', 'Those of them that nobody has picked up'),
    gauge('database_bytes', 'Size of the database file', 'bytes'),
  ],
  marks: { uplink_linked: 'linked', uplink_ended: 'split' },
  charts: [
    {
      title: 'Logins',
      metrics: [name('logins_total'), name('login_failures_total'), name('logins_throttled_total')],
    },
    { title: 'Commands', metrics: [name('operations_total'), name('operation_failures_total')] },
    {
      title: 'Commands under way',
      metrics: [name('contexts_in_use'), name('contexts_refused_total')],
    },
    { title: 'Time of a command', metrics: [name('command_seconds')] },
    { title: 'Network', metrics: [name('network_users'), name('network_channels')] },
    { title: 'Uplink', metrics: [name('lines_in_total'), name('lines_out_total')] },
    {
      title: 'Keycloak',
      metrics: [name('keycloak_calls_total'), name('keycloak_failures_total'), name('keycloak_in_flight')],
    },
    {
      title: 'Webhook',
      metrics: [name('webhook_events_total'), name('webhook_dropped_total'), name('webhook_refused_total')],
    },
    { title: 'Store', metrics: [name('store_commits_total')] },
  ],
  pages: {
    accounts: {
      title: 'Accounts',
      hint: 'Everybody who has an account, and how many clients are logged in to it.',
      command: 'accounts',
      actions: [{ title: 'Take over those of the IRC server', command: 'take-over' }],
    },
    channels: {
      title: 'Channels',
      hint: 'Channels that belong to accounts, who has access to them, and what is set of them.',
      command: 'channels',
    },
    operators: {
      title: 'Operators',
      hint: 'Accounts with a level, and who of them is on the network. The row of any account gives it one.',
      command: 'operators',
      within: 'accounts',
    },
    dropped: {
      title: 'Deleted',
      hint: 'Accounts that were deleted and can be brought back with all that was theirs, and until when.',
      command: 'dropped-accounts',
      within: 'accounts',
    },
    logins: {
      title: 'Logins',
      hint: 'The latest logins, from connecting to the stamp of the account; each has a timeline.',
      command: 'logins',
      within: 'accounts',
    },
    guessing: {
      title: 'Failed logins',
      hint: 'Accounts and addresses for which logins failed of late, and how long they have to wait.',
      command: 'login-failures',
      within: 'accounts',
      actions: [{ title: 'Forget all', command: 'reset-login-failures' }],
    },
    requests: {
      title: 'Requests',
      hint: 'What people asked help bots, those that wait longest first: give it to somebody, answer it, close it.',
      command: 'requests',
    },
    mail: {
      title: 'Mail',
      hint: 'Mail that waits to be sent, and why. What no server takes for a day is given up.',
      command: 'mail-queue',
      within: 'accounts',
    },
    operations: {
      title: 'Operations',
      hint: 'What services do for users and for the servers that ask them, what they ask of Keycloak, and how long it takes.',
      command: 'operations',
    },
    keycloak: {
      title: 'Keycloak',
      hint: 'Whether Keycloak answers, what waits for it and what is remembered of it.',
      command: 'keycloak',
      state: {
        field: 'breaker',
        tones: { closed: 'good', 'half-open': 'busy', open: 'bad' },
        where: 'configured',
      },
      within: 'operations',
      actions: [{ title: 'Ask it again from now on', command: 'reset-breaker' }],
    },
    uplink: {
      title: 'Uplink',
      hint: 'The link to the network, or why there is none.',
      command: 'uplink',
      state: {
        field: 'state',
        tones: { linked: 'good', introducing: 'busy', bursting: 'busy', ended: 'bad', none: 'bad' },
      },
      within: 'operations',
    },
    glines: {
      title: 'G-lines',
      hint: 'Users whom no server of the network takes, and for how long.',
      command: 'glines',
      actions: [{ title: 'Tell all servers anew', command: 'refresh-glines' }],
    },
    trusts: {
      title: 'Trusts',
      hint: 'Addresses and networks that more clients may come from than from others.',
      command: 'trusts',
    },
    clones: {
      title: 'Clones',
      hint: 'Addresses from which several clients come; above what may be they are banned.',
      command: 'clones',
    },
    alerts: {
      title: 'Alerts',
      hint: 'What is done when somebody meets criteria, and when that was last.',
      command: 'alerts',
    },
    flows: {
      title: 'Flows',
      hint: 'Changes of accounts and channels in Keycloak that are under way, and why some of them wait.',
      command: 'flows',
      within: 'operations',
    },
    sync: {
      title: 'Sync',
      hint: 'How far channels and their groups in Keycloak are the same. What fails is tried again after 30 s, then twice that, up to an hour.',
      command: 'sync',
      within: 'operations',
    },
    webhook: {
      title: 'Webhook',
      hint: 'What Keycloak has told of late, and what was done about it.',
      command: 'webhook',
      within: 'operations',
    },
  },
  highlights: {
    connections: name('network_users'),
    messages: name('operations_total'),
    latency: name('command_seconds'),
  },
});

/** The commands, for the type of their handlers. */
export type ServicesCommands = typeof servicesCommands;
