/** What the page of a row says. Apart from the rest of the page of a daemon, some of which is there with the first page. */
export const rowMessages = {
  rowPart: (title: string, name: string) => `${title} of ${name}`,
  rowParts: (name: string) => `What is shown of ${name}`,
  rowsOf: (table: string, id: string) => `${table} of ${id}`,
  rowWaits: 'Its figures are on their way',
  rowUnknown: (name: string, table: string) => `${name} is not among the ${table.toLowerCase()}`,
  rowUnknownHint: 'It may have gone, or be called otherwise now.',
  rowCut: 'It may be among those that are too many to be shown.',
  rowGone: (name: string) => `${name} is gone`,
  rowGoneHint: 'This is how it was last.',
  rowAnother: (name: string) => `Show what is called ${name} now`,
  rowRenamed: (before: string) => `was called ${before}`,
  rowActions: (name: string) => `Actions for ${name}`,
  rowAbsent: (name: string) => `${name} is gone, so this is not asked any more`,
};
