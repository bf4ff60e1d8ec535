/** The marks of a range: those of the recorder, read once, and what happens from then on as it is told. */
import { useEffect, useMemo, useState } from 'react';
import type { HistoryMarks } from '../../contract/control/marks.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import type { HostModel } from '../model/host-model.ts';
import { KeptAnswers } from '../model/kept-answers.ts';
import { actionMark, joinMarks, loggedMark, type Mark, stateMark, withMark } from './marks.ts';

/** Most marks of now that are kept beside those of the recorder. */
const NOW_LIMIT = 500;

export interface Marks {
  readonly marks: readonly Mark[];
  /** Whether what people did is among them. */
  readonly actions: boolean;
  /** The recorder could not be asked: there is only what happened since. */
  readonly isPartial: boolean;
}

interface Read {
  readonly key: string;
  readonly to: number;
  readonly answer: HistoryMarks | null;
}

/** By the question. */
const kept = new KeptAnswers<Read>();

/**
 * @param daemon only what is about this one; null for all
 * @param key names the range: another one is read anew
 * @param ends the two ends of the range now, Unix milliseconds
 */
export function useMarks(
  daemon: string | null,
  key: string,
  ends: () => { readonly from: number; readonly to: number },
): Marks {
  const host = useHost();
  const connected = useHostState((state) => state.connection.phase === 'connected');
  const recording = useHostState((state) => state.history?.state);
  const [read, setRead] = useState<Read | null>(null);
  const [now, setNow] = useState<readonly Mark[]>([]);
  const question = JSON.stringify([daemon, key]);

  useEffect(() => {
    const add = (mark: Mark | null) => {
      if (mark !== null) setNow((before) => withMark(before, mark, NOW_LIMIT));
    };
    const endStates = host.store.subscribe(({ daemons }, before) => {
      if (daemons === before.daemons) return;
      for (const [id, snapshot] of Object.entries(daemons)) add(stateMark(before.daemons[id], snapshot));
    });
    const endActions = host.onAudit((entry) =>
      add(actionMark(entry, host.store.getState().host?.manifests ?? [])),
    );
    const endLogged = host.client.onEvent((event) => {
      if (event.type === 'mark') add(loggedMark(event.source, event.mark));
    });
    return () => {
      endStates();
      endLogged();
      endActions();
    };
  }, [host]);

  const put = async () => {
    const { from, to } = ends();
    const args = { from: Math.max(0, from), to, ...(daemon === null ? {} : { daemon }) };
    return { to, outcome: await host.client.request('marks.query', args) };
  };
  // The first question is put while the page is rendered: that takes about as long as an answer does.
  const [first] = useState(() => ({ asked: connected ? put() : null }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the question stands for daemon and range; the return of the recorder or of the connection is a reason to ask again
  useEffect(() => {
    if (!connected) return;
    let current = true;
    const asked = first.asked ?? put();
    first.asked = null;
    void asked.then(({ to, outcome }) => {
      if (!current) return;
      const next = { key: question, to, answer: outcome.ok ? outcome.result : null };
      if (outcome.ok) kept.keep(host, question, next);
      setRead(next);
    });
    return () => {
      current = false;
    };
  }, [host, question, connected, recording]);

  return useMemo(() => {
    // Those of the last time, or what was read of all daemons, until they are read again.
    const mine = read?.key === question ? read : (kept.get(host, question) ?? keptOfAll(host, key, daemon));
    const answer = mine?.answer ?? null;
    const about = now.filter((mark) => daemon === null || mark.daemon === daemon);
    return {
      marks: joinMarks(answer?.marks ?? [], answer === null ? 0 : mine!.to, about),
      actions: answer?.actions ?? true,
      isPartial: mine !== null && answer === null,
    };
  }, [host, read, now, question, key, daemon]);
}

/** What was last read of all daemons, as far as it is about one; null where it was not. */
function keptOfAll(host: HostModel, key: string, daemon: string | null): Read | null {
  const all = kept.get(host, JSON.stringify([null, key]));
  if (!all?.answer) return null;
  const marks = all.answer.marks.filter((mark) => mark.daemon === daemon);
  return { ...all, answer: { ...all.answer, marks } };
}
