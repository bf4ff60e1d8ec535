/** What can be done with one file of the list, the most harmful last. */

import type { CommandDescription } from '../../contract/manifest.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import type { HostModel } from '../model/host-model.ts';
import type { Row } from '../tables/row-keys.ts';
import type { RowTool } from '../tables/row-tools.ts';
import { type FileRow, isFolder } from './listing.ts';
import { messages } from './messages.ts';

interface FileTools {
  readonly host: HostModel;
  readonly daemon: string;
  /** What one file is called. */
  readonly noun: string;
  /** The file of a row of the table. */
  readonly fileOf: (row: Row) => FileRow | undefined;
  readonly onPreview: (file: FileRow) => void;
  readonly onDownload: (file: FileRow) => void;
  /** The command that deletes one; undefined where whoever looks may not. */
  readonly remove: CommandDescription | undefined;
  /** Called when one was deleted. */
  readonly onRemoved: () => void;
}

export function fileTools(given: FileTools): readonly RowTool[] {
  const { host, daemon, fileOf, remove, onRemoved } = given;
  const isFile = (row: Row) => {
    const file = fileOf(row);
    return file !== undefined && !isFolder(file);
  };
  const look = (title: string, on: (file: FileRow) => void): RowTool => ({
    title,
    danger: 'safe',
    denied: null,
    many: false,
    fits: isFile,
    run: (row) => {
      const file = fileOf(row);
      if (file !== undefined) on(file);
    },
    bulk: null,
  });
  const tools = [look(messages.preview, given.onPreview), look(messages.download, given.onDownload)];
  if (remove === undefined) return tools;
  const argsOf = (row: Row): Readonly<Record<string, string>> => {
    const file = fileOf(row);
    return file === undefined ? {} : { uri: file.uri };
  };
  return [
    ...tools,
    {
      title: messages.remove,
      danger: remove.danger,
      denied: null,
      many: true,
      fits: isFile,
      run: (row) => openCommand({ host, daemon, command: remove.name, args: argsOf(row), onDone: onRemoved }),
      bulk: { host, daemon, command: remove, argsOf, noun: given.noun, onDone: onRemoved },
    },
  ];
}
