/** What a thread of a pool does for the recorder. Loaded by pool-encoder.ts, by name. */
import type { TaskCall } from '../../runtime/async/pool-task.ts';
import { buffersOfColumns, encodePacked, type PackedChunk, type PackedColumns } from './packed-chunk.ts';

/** Encodes a chunk and hands its columns over. */
export function encodeChunk(chunk: PackedChunk, call: Pick<TaskCall, 'transfer'>): PackedColumns {
  const columns = encodePacked(chunk);
  call.transfer(buffersOfColumns(columns));
  return columns;
}
