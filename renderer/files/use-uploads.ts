/** Takes files that the reader has chosen or dropped: asks before any is replaced, puts them in line, and tells when one is stored. */
import { useCallback, useState } from 'react';
import type { FilesSpec } from '../../contract/manifest-views.ts';
import { formatBytes } from '../format/numbers.ts';
import { useHost } from '../model/host-context.ts';
import type { HostModel } from '../model/host-model.ts';
import type { Confirmation } from '../ui/confirm-dialog.tsx';
import { fileOf } from './listing.ts';
import { messages } from './messages.ts';
import type { Transfers } from './transfers.ts';

/** A file and what it is to be called. */
interface Chosen {
  readonly uri: string;
  readonly content: File;
}

export interface Uploads {
  /** The question that is asked; null for none. */
  readonly confirmation: Confirmation | null;
  readonly confirm: () => void;
  readonly refuse: () => void;
  readonly take: (files: readonly File[], folder: string) => void;
}

/** @param onStored called after each file that was stored */
export function useUploads(
  daemon: string,
  files: FilesSpec,
  transfers: Transfers,
  onStored: () => void,
): Uploads {
  const host = useHost();
  const [asked, setAsked] = useState<{ chosen: readonly Chosen[]; confirmation: Confirmation } | null>(null);
  const put = useCallback(
    (chosen: readonly Chosen[]) => {
      for (const { uri, content } of chosen)
        void transfers.upload(uri, content).then((stored) => {
          if (stored) onStored();
        });
    },
    [transfers, onStored],
  );
  const take = useCallback(
    async (given: readonly File[], folder: string) => {
      const chosen = given.map((content) => ({ uri: folder + content.name, content }));
      const there = await Promise.all(chosen.map(({ uri }) => sizeOf(host, daemon, files.stat, uri)));
      const replaced = chosen.flatMap(({ uri }, i) => {
        const size = there[i];
        return size === null || size === undefined ? [] : [{ name: uri, text: formatBytes(size) }];
      });
      if (replaced.length === 0) {
        put(chosen);
        return;
      }
      setAsked({
        chosen,
        confirmation: {
          title: messages.replaceTitle(replaced.length, files.noun),
          impact: messages.replaceImpact,
          details: replaced,
          action: messages.replace,
          typed: null,
        },
      });
    },
    [host, daemon, files, put],
  );
  return {
    confirmation: asked?.confirmation ?? null,
    confirm: () => {
      if (asked !== null) put(asked.chosen);
      setAsked(null);
    },
    refuse: () => setAsked(null),
    take: (given, folder) => void take(given, folder),
  };
}

/** Bytes of what is there under a name; null where nothing is, and where nobody can tell: the put itself finds out then. */
async function sizeOf(host: HostModel, daemon: string, stat: string, uri: string): Promise<number | null> {
  const call = { daemon, command: stat, args: { uri }, confirmed: false };
  const outcome = await host.client.request('command.run', call);
  return outcome.ok ? (fileOf(outcome.result.result)?.size ?? null) : null;
}
