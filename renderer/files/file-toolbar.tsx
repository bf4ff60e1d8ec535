/** Above the list of files: where in the folders it is, what names begin with, pages, and the button that uploads. */
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { useHost } from '../model/host-context.ts';
import { hashOf, navigate } from '../shell/route.ts';
import { Button } from '../ui/button.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { crumbsOf, folderIn } from './listing.ts';
import { messages } from './messages.ts';
import type { Listing } from './use-listing.ts';

interface FileToolbarProps {
  /** Path of the page within the host. */
  readonly path: readonly string[];
  readonly prefix: string;
  readonly listing: Listing;
  readonly up: boolean;
  /** Null where nothing may be put. */
  readonly onFiles: ((files: readonly File[]) => void) | null;
}

export function FileToolbar({ path, prefix, listing, up, onFiles }: FileToolbarProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const folder = folderIn(prefix);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <Crumbs path={path} prefix={prefix} />
      <BeginsWith key={prefix} path={path} folder={folder} given={prefix.slice(folder.length)} />
      <span className="flex-1" />
      {listing.number > 1 && <Button onClick={listing.first}>{messages.first}</Button>}
      {(listing.number > 1 || listing.next !== null) && (
        <span role="status" className="text-sm text-dim">
          {messages.page(listing.number)}
        </span>
      )}
      {listing.next !== null && <Button onClick={listing.next}>{messages.next}</Button>}
      <Button icon="restart" disabled={!up || listing.isLoading} onClick={listing.reload}>
        {messages.refresh}
      </Button>
      {onFiles !== null && (
        <>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            aria-label={messages.chooseFiles}
            onChange={({ currentTarget }) => {
              onFiles([...(currentTarget.files ?? [])]);
              // The same file may be chosen again.
              currentTarget.value = '';
            }}
          />
          <Button
            tone="primary"
            icon="up"
            disabled={!up}
            title={messages.uploadHint(folder)}
            onClick={() => input.current?.click()}
          >
            {messages.upload}
          </Button>
        </>
      )}
    </div>
  );
}

function Crumbs({ path, prefix }: { path: readonly string[]; prefix: string }): ReactNode {
  const host = useHost();
  const crumbs = [{ title: messages.all, folder: '' }, ...crumbsOf(prefix)];
  return (
    <nav aria-label={messages.path} className="min-w-0">
      <ol className="flex flex-wrap items-center gap-1 text-sm">
        {crumbs.map(({ title, folder }, i) => (
          <li key={folder} className="flex min-w-0 items-center gap-1">
            {i > 0 && (
              <span aria-hidden="true" className="text-dim">
                /
              </span>
            )}
            <a
              href={hashOf(host, path, { in: folder })}
              aria-current={folder === prefix ? 'page' : undefined}
              className="max-w-48 truncate rounded-sm text-accent hover:underline"
              title={title}
            >
              {title}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface BeginsWithProps {
  readonly path: readonly string[];
  readonly folder: string;
  readonly given: string;
}

/** The beginning of names in the folder; Enter lists what has it. */
function BeginsWith({ path, folder, given }: BeginsWithProps): ReactNode {
  const host = useHost();
  const [value, setValue] = useState(given);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    navigate(hashOf(host, path, { in: folder + value }));
  };
  return (
    <form onSubmit={submit}>
      <SearchField label={messages.beginsWith} value={value} onChange={setValue} className="w-56" />
    </form>
  );
}
