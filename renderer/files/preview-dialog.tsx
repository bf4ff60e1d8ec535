/** A file looked at in a dialog: what is known of it, and its text or picture. */
import { Dialog } from '@base-ui/react/dialog';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { limits } from '../../kit/limits.ts';
import { formatBytes } from '../format/numbers.ts';
import { formatDateTime } from '../format/times.ts';
import { useHost } from '../model/host-context.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { NamedTexts } from '../ui/named-texts.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { type FileRow, nameOf } from './listing.ts';
import { messages } from './messages.ts';
import { type Preview, previewOf } from './preview.ts';

interface PreviewDialogProps {
  readonly daemon: string;
  /** Null while none is looked at. */
  readonly file: FileRow | null;
  readonly onClose: () => void;
  readonly onDownload: (file: FileRow) => void;
}

export function PreviewDialog({ daemon, file, onClose, onDownload }: PreviewDialogProps): ReactNode {
  return (
    <Dialog.Root
      open={file !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-50 flex max-h-dialog w-dialog-widest -translate-x-1/2 -translate-y-1/2 flex-col gap-3 overflow-y-auto card p-5 shadow-float">
          {file !== null && (
            <>
              <Dialog.Title className="text-lg font-semibold break-all">{nameOf(file.uri)}</Dialog.Title>
              <NamedTexts texts={factsOf(file)} />
              <Shown key={file.uri} daemon={daemon} file={file} />
              <div className="flex flex-wrap justify-end gap-2">
                <Button icon="down" onClick={() => onDownload(file)}>
                  {messages.download}
                </Button>
                <Button onClick={onClose}>{messages.close}</Button>
              </div>
            </>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function factsOf({ uri, size, modifiedAt, contentType }: FileRow) {
  return [
    { name: messages.name, text: uri },
    { name: messages.size, text: size === null ? '' : formatBytes(size) },
    { name: messages.modified, text: modifiedAt === null ? '' : formatDateTime(modifiedAt) },
    { name: messages.type, text: contentType },
  ];
}

function Shown({ daemon, file }: { daemon: string; file: FileRow }): ReactNode {
  const { client } = useHost();
  const [preview, setPreview] = useState<Preview | null>(null);
  useEffect(() => {
    let gone = false;
    let shown: Preview | null = null;
    void previewOf(client, daemon, file).then((made) => {
      shown = made;
      if (gone) closed(made);
      else setPreview(made);
    });
    return () => {
      gone = true;
      if (shown !== null) closed(shown);
    };
  }, [client, daemon, file]);
  if (preview === null)
    return (
      <p role="status" className="text-sm text-dim">
        {messages.loading}
      </p>
    );
  switch (preview.kind) {
    case 'text':
      return (
        <div className="flex min-h-0 flex-col gap-1.5">
          <ScrollRegion
            label={messages.previewOf(file.uri)}
            className="max-h-96 min-h-0 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-xs break-words whitespace-pre-wrap"
          >
            {preview.text}
          </ScrollRegion>
          {preview.cut && (
            <p className="text-sm text-dim">{messages.cut(formatBytes(limits.previewTextBytes.default))}</p>
          )}
        </div>
      );
    case 'image':
      return <Picture label={messages.previewOf(file.uri)} image={preview.image} />;
    case 'none':
      return <Callout tone="info" title={preview.why} />;
    case 'failed':
      return (
        <Callout tone="bad" urgent title={messages.previewFailed}>
          <p>{preview.error.message}</p>
          <p className="font-mono text-xs text-dim">{preview.error.code}</p>
        </Callout>
      );
  }
}

/** The pixels of a picture. A canvas, so that no address of its content is needed, which the page may not load. */
function Picture({ label, image }: { label: string; image: ImageBitmap }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current?.getContext('2d')?.drawImage(image, 0, 0);
  }, [image]);
  return (
    <div className="flex justify-center rounded-md border border-line bg-sunken p-3">
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        width={image.width}
        height={image.height}
        className="max-h-96 max-w-full object-contain"
      />
    </div>
  );
}

function closed(preview: Preview): void {
  if (preview.kind === 'image') preview.image.close();
}
