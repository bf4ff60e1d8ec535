/** The commands with which a list leaves a daemon as a file and comes back, and the buttons over its table: the same everywhere. */
import { z } from 'zod';
import { defineCommand, type OfferedCommand } from '../../../contract/manifest.ts';
import { limits } from '../limits.ts';
import type { ListFile } from './list-format.ts';

/** Declares the command that hands a list over; whoever may add to it may. */
export function exportCommand({ daemon, list }: ListFile) {
  return defineCommand({
    summary: `Hand the ${list} over as a file that spreadsheets read and import-${list} takes`,
    sentence: `export|exported the ${list}`,
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({}),
    result: 'text',
    saves: `${daemon}-${list}.csv`,
  });
}

/** The argument of the command that imports a list: the text of the file. */
export function listText({ list, needed }: ListFile) {
  const titles = needed.length === 1 ? `${needed[0]} is` : `${needed.join(' and ')} are`;
  return z
    .string()
    .min(1)
    .max(limits.importedFileChars.default)
    .describe(
      `A file as export-${list} makes it: a line of titles, of which ${titles} needed, then one entry a line; other cells may be empty, who set it and when are not read`,
    )
    .meta({ file: 'csv' });
}

/** How the audit trail says an import, before what it did to people. */
export function importSentence({ list }: ListFile): string {
  return `import|imported {=imported} ${list}[ beside {=already} that were there]`;
}

/** The buttons over the table of a list. */
export function fileActions({ list }: ListFile): readonly OfferedCommand[] {
  return [
    { title: 'Export', command: `export-${list}`, atOnce: true },
    { title: 'Import', command: `import-${list}` },
  ];
}
