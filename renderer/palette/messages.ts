/** What the command palette says. */
import { amountOf } from '../format/plural.ts';
import type { Look } from '../look/look.ts';

export const messages = {
  title: 'Command palette',
  placeholder: 'Go to a page, start a daemon, run a command…',
  none: 'Nothing matches',
  pages: 'Page',
  daemons: 'Daemon',
  commands: 'Command',
  typed: 'As typed',
  hidden: '(hidden)',
  open: 'Search',
  goTo: (page: string) => `Go to ${page}`,
  start: (id: string) => `Start ${id}`,
  stop: (id: string) => `Stop ${id}`,
  restart: (id: string) => `Restart ${id}`,
  tab: (title: string, id: string) => `${title} of ${id}`,
  reload: 'Reload the configuration file',
  reloadHint: 'Reads the settings again; nobody is disconnected',
  run: (id: string, command: string) => `${id} ${command}`,
  logs: (id: string) => `Logs of ${id}`,
  look: {
    theme: {
      light: 'Use the light theme',
      dark: 'Use the dark theme',
      system: 'Use the theme of the system',
    },
    contrast: {
      high: 'Use high contrast',
      normal: 'Use normal contrast',
      system: 'Use the contrast of the system',
    },
    density: { compact: 'Use compact rows', comfortable: 'Use comfortable rows' },
  } as Readonly<Record<keyof Look, Readonly<Record<string, string>>>>,
  settings: 'Setting',
  recent: 'Recent',
  suggested: 'Suggested',
  because: (state: string, cause: string | null) => (cause === null ? state : `${state}: ${cause}`),
  noAnswer: 'does not answer',
  configMistake: 'The file has a mistake',
  historyPaused: 'History is paused',
  waitsForRestart: (keys: readonly string[]) => `A restart is needed for ${keys.join(', ')}`,
  keys: 'List all keys',
  keysHint: 'What the keyboard does where',
  results: (count: number) => amountOf(count, 'result'),
};
