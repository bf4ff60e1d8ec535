/** The pages of the dashboard, for the specs that look at every one of them. */
export const PAGES: readonly string[] = [
  '/',
  '/daemon/ircd',
  '/daemon/ircd/connections',
  '/daemon/ircd/channels',
  '/daemon/ircd/commands',
  '/daemon/ircd/logs',
  '/daemon/ircd/crashes',
  '/daemon/ircd/config',
  '/daemon/relay',
  '/daemon/relay/connections',
  '/daemon/main',
  '/pools',
  '/history',
  '/audit',
  '/settings',
];
