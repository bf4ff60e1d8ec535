/** Reads the audit trail page by page, and adds what happens while it is shown. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { AuditEntry } from '../../contract/control/audit.ts';
import type { WireError } from '../../contract/errors.ts';
import { useHost, useHostState, useManifests } from '../model/host-context.ts';
import { KeptAnswers } from '../model/kept-answers.ts';
import {
  type AuditFilter,
  type AuditRow,
  auditQuery,
  auditRows,
  type LiveEntry,
  withLive,
} from './audit-entries.ts';
import { onlyReads } from './audit-sentence.ts';

/** Entries a page. */
const PAGE = 100;

/** How long a filter rests before it is asked for, in milliseconds. */
const TYPING_MS = 150;

/** Most entries kept that arrived while the page was shown. */
const LIVE_LIMIT = 1_000;

export interface AuditTrail {
  readonly rows: readonly AuditRow[];
  readonly more: boolean;
  readonly busy: boolean;
  readonly error: WireError | null;
  readonly readMore: () => void;
  readonly retry: () => void;
}

interface ReadState {
  readonly entries: readonly AuditEntry[];
  readonly more: boolean;
  readonly busy: boolean;
  readonly error: WireError | null;
}

/** The first page, by the filter. */
const kept = new KeptAnswers<ReadState>();

export function useAudit(filter: AuditFilter): AuditTrail {
  const host = useHost();
  const manifests = useManifests();
  const recording = useHostState((state) => state.history?.state);
  const connected = useHostState((state) => state.connection.phase === 'connected');
  const [live, setLive] = useState<readonly LiveEntry[]>([]);
  const key = JSON.stringify(filter);
  const [read, setRead] = useState<ReadState>(
    () => kept.get(host, key) ?? { entries: [], more: false, busy: true, error: null },
  );
  const [tries, setTries] = useState(0);

  useEffect(() => host.onAudit((entry) => setLive((before) => withLive(before, entry, LIVE_LIMIT))), [host]);

  const ask = useCallback(
    (before: number | undefined) =>
      host.client.request('audit.query', {
        limit: PAGE,
        ...(before === undefined ? {} : { before }),
        ...auditQuery(JSON.parse(key) as AuditFilter),
      }),
    [host, key],
  );
  /** The one that is asked now: an older page that another was asked for comes too late. */
  const asking = useRef(ask);
  useEffect(() => {
    asking.current = ask;
  }, [ask]);

  const filtered = useRef(key);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the return of the recorder or of the connection, and a press on the button, are reasons to ask again
  useEffect(() => {
    if (!connected) return;
    let current = true;
    const askFirst = async () => {
      const outcome = await ask(undefined);
      if (!current) return;
      if (!outcome.ok) {
        setRead((state) => ({ ...state, more: false, busy: false, error: outcome.error }));
        return;
      }
      const { entries, more } = outcome.result;
      const first = { entries, more, busy: false, error: null };
      kept.keep(host, key, first);
      setRead(first);
    };
    // While the filter is being typed it is asked for when it rests.
    const isTyped = filtered.current !== key;
    filtered.current = key;
    const timer = isTyped ? setTimeout(() => void askFirst(), TYPING_MS) : undefined;
    if (!isTyped) void askFirst();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [host, key, ask, connected, recording, tries]);

  const readMore = useCallback(async () => {
    setRead((state) => ({ ...state, busy: true }));
    const outcome = await ask(read.entries.at(-1)?.id);
    if (asking.current !== ask) return;
    setRead((state) =>
      outcome.ok
        ? {
            entries: [...state.entries, ...outcome.result.entries],
            more: outcome.result.more,
            busy: false,
            error: null,
          }
        : { ...state, busy: false, error: outcome.error },
    );
  }, [ask, read.entries]);

  const rows = useMemo(
    () =>
      auditRows(read.entries, live, JSON.parse(key) as AuditFilter, (entry) => onlyReads(entry, manifests)),
    [read.entries, live, key, manifests],
  );
  return {
    rows,
    more: read.more,
    busy: read.busy,
    error: read.error,
    readMore: () => void readMore(),
    retry: () => setTries((count) => count + 1),
  };
}
