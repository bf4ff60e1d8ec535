/** What the page of a daemon says. */
import { amountOf } from '../format/plural.ts';

export const messages = {
  tabs: {
    live: 'Charts',
    commands: 'Commands',
    logs: 'Logs',
    crashes: 'Crashes',
    blocks: 'Loop blocks',
    config: 'Config',
  },
  hostTitle: 'main',
  hostSummary: 'The main process: it supervises the daemons and brokers their streams.',
  tabsLabel: (id: string) => `Views of ${id}`,
  records: 'What is recorded',
  parts: 'What is shown',
  logPart: 'Log',
  /** `Channels and accounts`; of more than three, `Logins and more`. */
  folded: ([first, ...others]: readonly string[]) => {
    if (others.length > 2) return `${first} and more`;
    const words = [first ?? '', ...others.map((title) => title.toLowerCase())];
    return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
  },
  unknown: (id: string) => `This host has no daemon called ${id}`,
  pause: 'Pause',
  resume: 'Resume',
  skipped: (frames: number) => (frames === 0 ? '' : `${amountOf(frames, 'frame')} skipped`),
  skippedHint: 'Samples that the daemon left out because this window was slow to draw them',
  charts: 'Charts',
  down: (id: string) => `${id} is not running`,
  downHint: 'Figures appear here as soon as it runs. Press Start above.',
  lastHour: 'See what was recorded in the last hour',
  frozen: 'What follows are the last figures that arrived.',
  quietCharts: 'Charts without anything but zero',
  quiet: 'Nothing but zero:',
  openQuiet: 'Show the chart; it opens by itself once there is something to see',
  instruments: 'Instruments',
  instance: 'Name',
  lastMinute: 'Last minute',
  curveOf: (title: string, name: string) => `${title} of ${name} in the last minute`,
  allMetrics: 'All metrics',
  metric: 'Metric',
  meaning: 'Meaning',
  value: 'Value',
  notMeasured: 'nothing measured yet',
  inAll: (total: string) => `${total} in all`,
  readAgain: 'Refresh',
  notRead: (title: string) => `${title}: the daemon did not answer`,
  notAskedHint: 'It is asked once it runs. Press Start above.',
  nothingThere: (title: string) => `${title}: nothing at present`,
  noCrashes: 'No crash since the host started',
  noCrashesHint: 'Should the process end unexpectedly, its cause and last words will stand here.',
  crashGone: (time: string) => `The crash of ${time} is not among those that are remembered`,
  crashGoneHint: 'The ten newest since the host started are. The mark above the charts says what it died of.',
  crashExit: 'Exit code',
  crashSignal: 'Signal',
  crashUptime: 'Ran for',
  crashStderr: 'Last lines of stderr',
  crashNoStderr: 'It wrote nothing to stderr.',
  seeInLogs: 'See in the logs',
  noBlocks: 'Its event loop has not stood still',
  noBlocksHint: 'What keeps it for more than 50 ms will stand here: by which command, for whom and where.',
  blocksFailed: 'The blocks of the event loop could not be read',
  blockBy: (work: string, connection: string) => {
    const whose =
      connection === '' ? '' : ` of ${/^\d+$/.test(connection) ? 'connection ' : ''}${connection}`;
    return work === '' && whose === '' ? 'Nothing said what it worked on' : `${work || 'Work'}${whose}`;
  },
  blockStarved: (percent: number) =>
    `It used a core for ${percent} % of the time, so it waited for something or for the machine.`,
  blocksUntold: (count: number) => `${amountOf(count, 'more block')} before it, too fast to be told`,
  blockWithoutPlace: 'Where is not known: it was over before it could be asked.',
  blockPlaces: 'Where in the program, innermost first',
  pid: 'pid',
  configHint: 'Settings in force, defaults included. They come from',
  configDefaults: 'Settings in force. There is no configuration file: all are defaults.',
  setting: 'Setting',
  inForce: 'In force',
  afterRestart: 'After a restart',
  goesAway: '(not set)',
  restartNeeded: (id: string) => `${id} must be restarted before these settings are in force`,
  configFailed: 'The configuration could not be read',
};
