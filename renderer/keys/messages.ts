/** What is said about keys. */
export const messages = {
  title: 'Keys',
  off: 'Single keys are turned off on this machine: Settings turns them on again.',
  hint: 'Single keys do nothing while you type, and can be turned off in Settings.',
  close: 'Close',
  going: 'Go to',
};
