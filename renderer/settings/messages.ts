/** What the Settings page says. */
import type { SessionInfo } from '../../contract/control/sessions.ts';
import type { Look } from '../look/look.ts';

const ORIGINS: Readonly<Record<SessionInfo['from'], string>> = {
  window: 'window of the desktop app',
  browser: 'browser',
  cli: 'command line',
  console: 'console',
  api: 'token',
  mcp: 'MCP client',
  system: 'Signalbox',
};

export const messages = {
  title: 'Settings',
  appearance: 'Appearance',
  look: {
    theme: { title: 'Theme', choices: { system: 'System', light: 'Light', dark: 'Dark' } },
    contrast: { title: 'Contrast', choices: { system: 'System', normal: 'Normal', high: 'High' } },
    density: { title: 'Density', choices: { compact: 'Compact', comfortable: 'Comfortable' } },
  } as Readonly<Record<keyof Look, { title: string; choices: Readonly<Record<string, string>> }>>,
  session: 'Session',
  signedIn: 'Signed in',
  signedInAs: (name: string, session: string | null) =>
    session === null ? `Signed in as ${name}` : `Signed in as ${name}, session ${session}`,
  signOut: 'Sign out',
  signOutFailed: 'The session goes on',
  signOutFailedHint: 'The host did not answer. Check that it is still running, then sign out again.',
  sessions: 'Sessions',
  sessionOf: ({ name, from, role, address }: SessionInfo) =>
    `${name}, ${role}, ${ORIGINS[from]}${address === null ? '' : ` from ${address}`}`,
  sessionSince: (time: string) => `since ${time}`,
  sessionOwn: 'this one',
  endSession: 'End',
  endSessionOf: ({ name, id }: SessionInfo) => `End the session of ${name}, ${id}`,
  endSessionImpact:
    'Closes its connections and streams at once. A browser has to sign in again; the desktop app, the command line and whoever has the token can connect again.',
  sessionsFailed: 'The sessions could not be had, or not be ended',
  config: 'Configuration',
  configFile: 'File',
  noFile: 'none: everything runs with its defaults',
  reload: 'Reload the file',
  reloadHint: 'Reads the file again. With a mistake in it nothing changes.',
  reloaded: 'The file was read again',
  applied: 'in force at once',
  restartRequired: 'after a restart',
  restartNeeded: 'A restart is needed before these settings are in force',
  nothingChanged: 'nothing changed',
  reloadFailed: 'The file was not taken over',
  about: 'About',
  host: 'Host',
  hosts: { desktop: 'desktop app', headless: 'headless, in a browser' },
  version: 'Version',
  role: 'Your role',
  runtime: 'Runtime',
  platform: 'Platform',
  pid: 'Process',
  started: 'Started',
  dataDir: 'Data directory',
  keyboard: 'Keyboard',
  singleKeys: 'Single keys',
  singleKeysHint: 'Such as / for the filter of a page and g o for the Overview. Never while you type.',
  on: 'On',
  off: 'Off',
  allKeys: 'All keys',
};
