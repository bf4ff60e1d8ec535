/** Blocks of event loops. */
import type { AnnouncementBus } from '../announcements.ts';
import type { BlockList } from '../records/block-list.ts';

/** Keeps the newest for clients that come later. */
export function blocksListen(bus: AnnouncementBus, blocks: BlockList): void {
  bus.subscribe('blockCame', ({ source, block }) => blocks.add(source, block));
}
