/** What kept the event loop of a process for more than 50 ms, newest first: the work, for whom, and where in the program. */
import { type ReactNode, useEffect, useState } from 'react';
import type { LoopBlock } from '../../contract/loop-block.ts';
import { formatSeconds } from '../format/numbers.ts';
import { formatDateTime } from '../format/times.ts';
import { useHost } from '../model/host-context.ts';
import { hashOf } from '../shell/route.ts';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { messages } from './messages.ts';

/** As many as the host keeps: what this window hears meanwhile pushes the oldest out. */
const MOST = 50;

export function LoopBlocksTab({ id }: { id: string }): ReactNode {
  const { blocks, problem } = useLoopBlocks(id);
  if (problem !== null)
    return (
      <Callout tone="bad" title={messages.blocksFailed}>
        {problem}
      </Callout>
    );
  if (blocks === null) return null;
  if (blocks.length === 0) {
    return (
      <EmptyState icon="check" title={messages.noBlocks}>
        {messages.noBlocksHint}
      </EmptyState>
    );
  }
  return (
    <ol aria-label={messages.tabs.blocks} className="flex flex-col gap-3">
      {blocks.toReversed().map((block) => (
        <li key={`${block.time} ${block.durationMs}`}>
          <Block id={id} block={block} />
        </li>
      ))}
    </ol>
  );
}

/** Those that the host remembers, and then those that it tells of; null until it has answered. */
function useLoopBlocks(id: string): {
  readonly blocks: readonly LoopBlock[] | null;
  readonly problem: string | null;
} {
  const { client } = useHost();
  const [blocks, setBlocks] = useState<readonly LoopBlock[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    const early: LoopBlock[] = [];
    const stop = client.onEvent((event) => {
      if (event.type !== 'block' || event.source !== id) return;
      early.push(event.block);
      setBlocks((known) => (known === null ? null : [...known, event.block].slice(-MOST)));
    });
    void client.request('blocks.list', { source: id }).then((outcome) => {
      if (gone) return;
      if (!outcome.ok) {
        setProblem(outcome.error.message);
        return;
      }
      const listed = outcome.result.blocks;
      const missing = early.filter((block) => !listed.some(({ time }) => time === block.time));
      setBlocks([...listed, ...missing].slice(-MOST));
    });
    return () => {
      gone = true;
      stop();
    };
  }, [client, id]);
  return { blocks, problem };
}

function Block({ id, block }: { id: string; block: LoopBlock }): ReactNode {
  const host = useHost();
  const { ranShare } = block;
  return (
    <article className="rounded-lg border border-line bg-surface p-4 shadow-card">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 className="font-medium">{messages.blockBy(block.work, block.connection)}</h2>
        <span className="flex gap-x-4 text-sm">
          <span className="text-bad">{formatSeconds(block.durationMs / 1000)}</span>
          <time className="text-dim" dateTime={new Date(block.time).toISOString()}>
            {formatDateTime(block.time)}
          </time>
        </span>
      </div>
      {ranShare !== null && ranShare < 0.5 && (
        <p className="mt-1 text-sm text-dim">{messages.blockStarved(Math.round(ranShare * 100))}</p>
      )}
      {block.untold > 0 && <p className="mt-1 text-sm text-dim">{messages.blocksUntold(block.untold)}</p>}
      {block.frames.length === 0 ? (
        <p className="mt-2 text-sm text-dim">{messages.blockWithoutPlace}</p>
      ) : (
        <ScrollRegion
          label={messages.blockPlaces}
          className="mt-2 overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs whitespace-pre"
        >
          {block.frames.join('\n')}
        </ScrollRegion>
      )}
      <a
        className="mt-3 inline-block text-sm text-accent underline"
        href={hashOf(host, ['daemon', id, 'logs'], { at: String(Math.round(block.time + block.durationMs)) })}
      >
        {messages.seeInLogs}
      </a>
    </article>
  );
}
