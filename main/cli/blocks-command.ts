/** `signalbox blocks [D]`: what kept the event loop of a process, or of all of them. */
import type { SourcedLoopBlock } from '../../contract/loop-block.ts';
import { EXIT, fail, formatTable, formatTime, print, printable, printJson } from '../terminal/terminal.ts';
import type { SocketClient } from './socket-client.ts';

/** Answers the exit code; `source` null stands for all processes. */
export async function blocksCommand(
  client: SocketClient,
  source: string | null,
  json: boolean,
): Promise<number> {
  const outcome = await client.request('blocks.list', source === null ? {} : { source });
  if (!outcome.ok) return fail(outcome.error, json);
  const { blocks } = outcome.result;
  if (json) printJson(blocks);
  else print(blocks.length === 0 ? 'No event loop has stood still for 50 ms.' : showBlocks(blocks));
  return EXIT.ok;
}

/** A line for each, and where it was under it. */
export function showBlocks(blocks: readonly SourcedLoopBlock[]): string {
  const rows = blocks.map((block) => [
    formatTime(block.time),
    block.source,
    `${Math.round(block.durationMs)} ms`,
    printable(block.work) || '-',
    printable(block.connection) || '-',
    printable(block.frames.slice(0, 3).join(' < ')) || '-',
  ]);
  return formatTable(['began', 'process', 'stood still for', 'by', 'for', 'in'], rows);
}
