/** What the frame of the window says: navigation, banners, status bar. */
import { formatDuration } from '../format/numbers.ts';
import { amountOf } from '../format/plural.ts';
import { sentence } from '../format/sentence.ts';

/** The ranges that end now, as they are called. */
const SPANS = {
  '5m': '5 min',
  '15m': '15 min',
  '1h': '1 h',
  '6h': '6 h',
  '24h': '24 h',
  '7d': '7 d',
  '30d': '30 d',
} as const;
type RangeWord = keyof typeof SPANS;

export const messages = {
  product: 'Signalbox',
  skip: 'Skip to content',
  navigation: 'Main',
  hosts: 'Hosts',
  daemons: 'Daemons',
  daemonsOf: (host: string) => `Daemons of ${host}`,
  watch: 'Watch',
  act: 'Act',
  record: 'Record',
  find: 'Find and run…',
  commandsOf: (id: string) => `Commands of ${id}`,
  overview: 'Overview',
  pools: 'Pools and queues',
  history: 'History',
  audit: 'Audit',
  settings: 'Settings',
  host: 'main',
  openMenu: 'Open the menu',
  closeMenu: 'Close the menu',
  openMenuTrouble: (what: string) => `Open the menu: ${what}`,
  connecting: 'Connecting…',
  lost: 'Connection lost',
  signedOut: 'signed out',
  unresponsive: 'does not answer',
  /** Names of daemons and what they are. */
  thoseAre: (ids: readonly string[], word: string) => `${ids.join(', ')}: ${word}`,
  lostSince: (clock: string) => `Connection to the host lost since ${clock}`,
  lostHint: 'Figures on this page are the last ones that arrived. It is being tried again.',
  retry: 'Try now',
  closing: 'The host is shutting down',
  hostEnded: (reason: string) =>
    `The host was shut down (${reason}). Start it again: this page comes back by itself.`,
  historyRecording: 'History recording',
  historyHint: 'Opens the last 24 hours, with whether all of them were recorded',
  historyPaused: 'History paused',
  historyPausedTitle: (sinceMs: number) => `History paused for ${formatDuration(sinceMs)}`,
  historyPausedText: (reason: string | null, buffered: number, dropped: number) =>
    `${sentence(reason ?? 'The recorder is not running')} Waiting in memory: ${amountOf(buffered, 'entry')}${dropped > 0 ? `; lost because that memory is full: ${amountOf(dropped, 'entry')}` : ''}.`,
  configTitle: 'The configuration file has a mistake; the last good configuration stays in force',
  configUnreadable: 'The configuration file cannot be read',
  configPlace: (file: string, line: string, key: string) =>
    [file, line === '' ? '' : `line ${line}`, key === '' ? '' : `key ${key}`]
      .filter((part) => part !== '')
      .join(', '),
  restartNeeded: (id: string, keys: readonly string[]) => `${id}: restart needed for ${keys.join(', ')}`,
  moreTasks: (task: string, others: number) => `${task}, and ${others} more`,
  reload: 'Reload',
  loopDelay: 'Event loop late, p99',
  cpu: 'CPU',
  memory: 'Memory',
  monitoring: 'CPU for monitoring',
  stale: (clock: string) => `figures of ${clock}`,
  mainProcess: 'Main process',
  monitoringBytes: 'Sent for monitoring',
  ownFigures: 'What Signalbox itself takes',
  thisWindow: 'This window',
  framesIn: 'Frames received',
  bytesIn: 'Figures received',
  drawing: 'CPU for drawing',
  lostHosts: (names: readonly string[]) => `Connection lost to ${names.join(', ')}`,
  noAnswer: (count: number) => (count === 1 ? 'does not answer' : 'do not answer'),
  someAre: (count: number, all: number, word: string, ids: readonly string[]) =>
    `${count} of ${all} ${word}: ${ids.join(', ')}`,
  /** Names of daemons outside of what is looked at, and what they are. */
  elsewhere: (ids: readonly string[], word: string) => `Elsewhere ${ids.join(', ')} ${word}`,
  someRun: (up: number, all: number) => {
    if (all === 0) return 'No daemons';
    if (up === 0) return 'No daemon runs';
    if (up < all) return `${up} of ${all} daemons run`;
    return all === 1 ? 'The daemon runs' : `All ${all} daemons run`;
  },
  deviations: 'What is not as it should be',
  more: (others: number) => `+${others}`,
  lateLoop: (id: string) => `The event loop of ${id} is late`,
  lateLoopBy: (id: string, by: string) => `${id}: loop p99 ${by}`,
  skips: (id: string) => `This window is too slow for ${id}`,
  skipped: (id: string, frames: number) => `${id}: ${amountOf(frames, 'frame')} skipped`,
  clock: (host: string | null) => (host === null ? 'The clock of the host' : `The clock of ${host}`),
  clockBy: (clock: string, by: string, isAhead: boolean) =>
    `${clock} is ${by} ${isAhead ? 'ahead' : 'behind'}`,
  notFound: 'There is no such page',
  noSuchHost: 'This window has no such host',
  backToOverview: 'Back to the Overview',
  broken: 'This page has a defect and cannot be shown',
  brokenHint: 'The daemons are not concerned. Other pages work.',
  showAgain: 'Show it again',
  loading: 'Waiting for the host…',
  dismiss: 'Dismiss',
  scope: 'What is shown',
  everything: 'All daemons',
  itself: 'Signalbox itself',
  range: 'Time range',
  rangeLabel: (text: string) => `Time range: ${text}`,
  live: 'Live',
  last: (name: RangeWord) => `Last ${SPANS[name]}`,
  spans: SPANS,
  yesterday: 'Yesterday',
  rangeHint:
    'Holds for all pages and stands in the address. Drag over a chart to look closer, double-click to go back.',
  leaveZoom: 'Back to what was shown before',
  badView: 'The address of this page has something in it that cannot be shown',
  mendView: 'Go on without it',
  badRange: (name: string, known: readonly string[]) =>
    `“${name}” is no range of time, so it shows what is live. There are live, ${known.join(', ')}, or from and to.`,
  badEnds: (from: string, to: string) =>
    `“${from}” to “${to}” is no range of time, so it shows what is live. From and to are Unix milliseconds, the first before the second.`,
  badScope: (id: string) => `This host has no daemon called “${id}”, so all daemons are shown.`,
};
