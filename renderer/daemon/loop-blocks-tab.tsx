/** What kept the event loop of a process for more than 50 ms, newest first: the work, for whom, and where in the program. */
import { type ReactNode, useEffect, useState } from 'react';
import type { LoopBlock } from '../../contract/loop-block.ts';
import { formatSeconds } from '../format/numbers.ts';
import { useHost } from '../model/host-context.ts';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { Incident } from './incident.tsx';
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
  const { ranShare, time, durationMs, untold } = block;
  return (
    <Incident
      id={id}
      title={messages.blockBy(block.work, block.connection)}
      time={time}
      logTime={time + durationMs}
      aside={<span className="text-bad">{formatSeconds(durationMs / 1000)}</span>}
      linesLabel={messages.blockPlaces}
      lines={block.frames}
      noLines={messages.blockWithoutPlace}
    >
      {ranShare !== null && ranShare < 0.5 && (
        <p className="mt-1 text-sm text-dim">{messages.blockStarved(Math.round(ranShare * 100))}</p>
      )}
      {untold > 0 && <p className="mt-1 text-sm text-dim">{messages.blocksUntold(untold)}</p>}
    </Incident>
  );
}
