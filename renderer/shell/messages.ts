/** What the frame of the window says: navigation, banners, status bar. */
import { formatDuration } from '../format/numbers.ts';
import { amountOf } from '../format/plural.ts';

export const messages = {
  product: 'Signalbox',
  skip: 'Skip to content',
  navigation: 'Main',
  daemons: 'Daemons',
  overview: 'Overview',
  pools: 'Pools and queues',
  history: 'History',
  audit: 'Audit',
  settings: 'Settings',
  host: 'Host',
  openMenu: 'Open the menu',
  closeMenu: 'Close the menu',
  connected: 'Connected',
  connecting: 'Connecting…',
  lost: 'Connection lost',
  lostSince: (clock: string) => `Connection to the host lost since ${clock}`,
  lostHint: 'Figures on this page are the last ones that arrived. It is being tried again.',
  retry: 'Try now',
  closing: 'The host is shutting down',
  hostEnded: (reason: string) =>
    `The host was shut down (${reason}). Start it again: this page comes back by itself.`,
  historyRecording: 'History recording',
  historyPaused: 'History paused',
  historyPausedTitle: (sinceMs: number) => `History paused for ${formatDuration(sinceMs)}`,
  historyPausedText: (reason: string | null, buffered: number, dropped: number) =>
    `${reason ?? 'The recorder is not running.'} Waiting in memory: ${amountOf(buffered, 'entry')}${dropped > 0 ? `; lost because that memory is full: ${amountOf(dropped, 'entry')}` : ''}.`,
  configTitle: 'The configuration file has a mistake; the last good configuration stays in force',
  configUnreadable: 'The configuration file cannot be read',
  configPlace: (file: string, line: string, key: string) =>
    [file, line === '' ? '' : `line ${line}`, key === '' ? '' : `key ${key}`]
      .filter((part) => part !== '')
      .join(', '),
  restartNeeded: (id: string, keys: readonly string[]) => `${id}: restart needed for ${keys.join(', ')}`,
  moreTasks: (task: string, others: number) => `${task}, and ${others} more`,
  reload: 'Reload',
  loopDelay: 'loop p99',
  cpu: 'CPU',
  memory: 'RSS',
  monitoring: 'monitoring',
  stale: (clock: string) => `figures of ${clock}`,
  mainProcess: 'Main process',
  notFound: 'There is no such page',
  noSuchHost: 'This window has no such host',
  backToOverview: 'Back to the Overview',
  broken: 'This page has a defect and cannot be shown',
  brokenHint: 'The daemons are not concerned. Other pages work.',
  showAgain: 'Show it again',
  loading: 'Waiting for the host…',
  dismiss: 'Dismiss',
};
