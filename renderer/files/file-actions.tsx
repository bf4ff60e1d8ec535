/** What can be done with one file of the list, the most harmful last. */
import type { ReactNode } from 'react';
import { actionsWidth } from '../tables/row-actions.tsx';
import { Button } from '../ui/button.tsx';
import { type FileRow, nameOf } from './listing.ts';
import { messages } from './messages.ts';

interface FileActionsProps {
  readonly row: FileRow;
  readonly onPreview: (row: FileRow) => void;
  readonly onDownload: (row: FileRow) => void;
  /** Null where it may not be deleted. */
  readonly onRemove: ((row: FileRow) => void) | null;
}

export function FileActions({ row, onPreview, onDownload, onRemove }: FileActionsProps): ReactNode {
  const action = (title: string, on: (row: FileRow) => void) => (
    <Button tone="quiet" className="h-6! px-2!" label={`${title} ${nameOf(row.uri)}`} onClick={() => on(row)}>
      {title}
    </Button>
  );
  return (
    <span className="inline-flex justify-end">
      {action(messages.preview, onPreview)}
      {action(messages.download, onDownload)}
      {onRemove !== null && action(messages.remove, onRemove)}
    </span>
  );
}

/** Width of their column, in pixels. */
export function fileActionsWidth(removes: boolean): number {
  return actionsWidth([messages.preview, messages.download, ...(removes ? [messages.remove] : [])]);
}
