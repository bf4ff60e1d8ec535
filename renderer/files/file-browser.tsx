/** The files of a daemon: folders to walk through, files to look at, download, put and delete. Where it is, the address says. */
import { type ReactNode, useMemo, useState } from 'react';
import type { ManifestDescription } from '../../contract/manifest.ts';
import type { FilesSpec } from '../../contract/manifest-views.ts';
import type { TableCell } from '../../contract/stream.ts';
import { useHost, useHostState, useScreen } from '../model/host-context.ts';
import { mayWrite } from '../model/permissions.ts';
import { hashOf, useRoute } from '../shell/route.ts';
import { DataTable } from '../tables/data-table.tsx';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { DropZone } from './drop-zone.tsx';
import { FileToolbar } from './file-toolbar.tsx';
import { fileTools } from './file-tools.ts';
import { cellsOf, type FileRow, fileColumns, folderIn, isFolder, nameOf, uriIn } from './listing.ts';
import { messages } from './messages.ts';
import { PreviewDialog } from './preview-dialog.tsx';
import { TransferList } from './transfer-list.tsx';
import { transfersOf } from './transfers.ts';
import { useListing } from './use-listing.ts';
import { useUploads } from './use-uploads.ts';

/** The name of the page in addresses. */
export const FILES_TAB = 'files';

const NO_FILES: readonly FileRow[] = [];

interface FileBrowserProps {
  readonly manifest: ManifestDescription;
  readonly files: FilesSpec;
  readonly up: boolean;
}

export function FileBrowser({ manifest, files, up }: FileBrowserProps): ReactNode {
  const host = useHost();
  const { id } = manifest;
  const path = ['daemon', id, FILES_TAB];
  const prefix = useRoute().query.in ?? '';
  const folder = folderIn(prefix);
  const puts = useHostState((state) => mayWrite(state.host, files));
  const transfers = transfersOf(host, useScreen(), id);
  const listing = useListing(id, files, prefix, up);
  const uploads = useUploads(id, files, transfers, listing.reload);
  const [looked, setLooked] = useState<FileRow | null>(null);
  const rows = listing.page?.rows ?? NO_FILES;
  const cells = useMemo(() => rows.map(cellsOf), [rows]);
  const rowOf = (cells: readonly TableCell[]) => rows.find(({ uri }) => uri === uriIn(cells));
  const download = ({ uri }: FileRow) => void transfers.download(uri);
  const tools = fileTools({
    host,
    daemon: id,
    noun: files.noun,
    fileOf: rowOf,
    onPreview: setLooked,
    onDownload: download,
    remove: manifest.commands.find(({ name }) => name === files.remove),
    onRemoved: listing.reload,
  });
  const take = (given: readonly File[], withFolders = false) => {
    if (withFolders) host.notify('info', messages.noFolders);
    if (given.length > 0) uploads.take(given, folder);
  };
  return (
    <div className="flex h-full min-h-0 flex-col gap-3">
      <FileToolbar {...{ path, prefix, listing, up }} onFiles={puts ? take : null} />
      <TransferList transfers={transfers} />
      {listing.error !== null && up && (
        <Callout tone="bad" urgent title={messages.notListed}>
          <p>{listing.error.message}</p>
          <p className="font-mono text-xs text-dim">{listing.error.code}</p>
        </Callout>
      )}
      <DropZone onFiles={puts && up ? take : null} hint={messages.dropHere(folder)}>
        {!up ? (
          <EmptyState icon="ring" title={messages.down(id)}>
            {messages.downHint}
          </EmptyState>
        ) : (
          listing.page !== null && (
            <DataTable
              title={files.title}
              columns={fileColumns}
              rows={cells}
              keyColumn={-1}
              heightClass="min-h-0"
              memory={`${id} files`}
              tools={tools}
              renderCell={(column, cells) => {
                const row = column.key === 'name' ? rowOf(cells) : undefined;
                return row !== undefined && isFolder(row) ? (
                  <a
                    href={hashOf(host, path, { in: row.uri })}
                    className="rounded-sm text-accent hover:underline"
                  >
                    {nameOf(row.uri)}
                  </a>
                ) : null;
              }}
              empty={<Empty prefix={prefix} noun={files.noun} puts={puts} />}
            />
          )
        )}
      </DropZone>
      <PreviewDialog daemon={id} file={looked} onClose={() => setLooked(null)} onDownload={download} />
      <ConfirmDialog
        confirmation={uploads.confirmation}
        onConfirm={uploads.confirm}
        onCancel={uploads.refuse}
      />
    </div>
  );
}

function Empty({ prefix, noun, puts }: { prefix: string; noun: string; puts: boolean }): ReactNode {
  const isSearch = folderIn(prefix) !== prefix;
  return (
    <EmptyState
      icon={isSearch ? 'search' : 'ring'}
      title={isSearch ? messages.noMatch(prefix) : messages.empty(noun)}
    >
      {puts ? messages.emptyHint : messages.emptyReadOnly}
    </EmptyState>
  );
}
