/** The single keys of the window, by what they are for. What is said of them stands in key-table.ts, which nobody needs before they ask for it. */

/** What comes before the letter of a page. */
export const GO_KEY = 'g';
export const FILTER_KEY = '/';
export const ACTIONS_KEY = '.';
export const LIST_KEY = '?';

/** The pages that a letter after {@link GO_KEY} leads to. */
export const GO_LETTERS = {
  o: 'Overview',
  a: 'Audit',
  l: 'Logs: of the daemon whose page is shown, else of the host',
  t: 'Tasks, pools and queues',
  h: 'History',
  s: 'Settings',
} as const;
export type GoLetter = keyof typeof GO_LETTERS;
