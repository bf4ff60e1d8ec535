/** What the palette offers of what is typed into it: commands with their arguments, and rows of live tables. One part of the code, fetched by typed-parts.ts. */
export { looksForThings, thingEntries, thingTables, watchThings } from './thing-entries.ts';
export { typedEntries } from './typed-entries.ts';
