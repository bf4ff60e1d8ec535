/** A part of a page that files can be dropped on. The same can be done with a button: it is a shortcut for the mouse. */
import { type DragEvent, type ReactNode, useState } from 'react';

interface DropZoneProps {
  /** Null where nothing may be dropped. */
  readonly onFiles: ((files: readonly File[], withFolders: boolean) => void) | null;
  /** What is said while something is above it. */
  readonly hint: string;
  readonly children: ReactNode;
}

export function DropZone({ onFiles, hint, children }: DropZoneProps): ReactNode {
  const [isOver, setOver] = useState(false);
  if (onFiles === null) return <div className="flex min-h-0 flex-1 flex-col gap-3">{children}</div>;
  const over = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    setOver(true);
  };
  const leave = (event: DragEvent) => {
    // Over what stands in it, it is over it.
    if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const items = [...event.dataTransfer.items];
    const folders = items.map((item) => item.webkitGetAsEntry?.()?.isDirectory === true);
    const files = [...event.dataTransfer.files].filter((_, i) => folders[i] !== true);
    onFiles(files, folders.includes(true));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button beside it does the same
    <div
      onDragOver={over}
      onDragLeave={leave}
      onDrop={drop}
      className="relative flex min-h-0 flex-1 flex-col gap-3"
    >
      {children}
      {isOver && (
        <div className="pointer-events-none absolute inset-0 z-20 flex items-center justify-center rounded-lg border-2 border-dashed border-accent bg-accent-soft/90">
          <p className="font-medium text-accent">{hint}</p>
        </div>
      )}
    </div>
  );
}
