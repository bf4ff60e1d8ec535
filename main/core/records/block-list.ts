/** The newest blocks of the event loops of all processes, for clients that come later; also of processes that have ended. */
import type { LoopBlock, SourcedLoopBlock } from '../../../contract/loop-block.ts';

/** Blocks by process. The control plane makes one. */
export class BlockList {
  readonly #blocks = new Map<string, LoopBlock[]>();
  readonly #mostOf: number;

  /** @param mostOf blocks that are kept of one process; beyond it the oldest go */
  constructor(mostOf: number) {
    this.#mostOf = mostOf;
  }

  add(source: string, block: LoopBlock): void {
    const blocks = this.#blocks.get(source) ?? [];
    this.#blocks.set(source, blocks);
    blocks.push(block);
    if (blocks.length > this.#mostOf) blocks.shift();
  }

  /** Those of one process, or of all, oldest first. */
  of(source: string | undefined): SourcedLoopBlock[] {
    return [...this.#blocks]
      .filter(([id]) => source === undefined || id === source)
      .flatMap(([id, blocks]) => blocks.map((block) => ({ source: id, ...block })))
      .sort((a, b) => a.time - b.time);
  }
}
