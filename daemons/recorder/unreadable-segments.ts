/** Tells of journal segments that cannot be read, once each, and when they can be again. Made by the recorder's daemon. */
import type { SubsystemLogger } from '../runtime/telemetry/logger.ts';
import type { UnreadableSegment } from './store/journal-reader.ts';

export class UnreadableSegments {
  readonly #log: Pick<SubsystemLogger, 'info' | 'error'>;
  #known: ReadonlySet<string> = new Set();

  constructor(log: Pick<SubsystemLogger, 'info' | 'error'>) {
    this.#log = log;
  }

  /** What the last step over the journal in `folder` passed over; none where all could be read. */
  tell(folder: string, unreadable: readonly UnreadableSegment[]): void {
    if (unreadable.length === 0 && this.#known.size === 0) return;
    const now = new Set(unreadable.map(({ segment }) => segment));
    for (const { segment, why } of unreadable) {
      if (this.#known.has(segment)) continue;
      this.#log.error(
        'journal_segment_unreadable',
        `${segment} in ${folder} cannot be read (${why}): its entries of the audit trail are missing until it can be. ` +
          'It is kept and tried again; later ones are taken over meanwhile. Give the recorder the right to read it.',
      );
    }
    for (const segment of this.#known)
      if (!now.has(segment))
        this.#log.info(
          'journal_segment_readable',
          `${segment} in ${folder} does not stand in the way any more.`,
        );
    this.#known = now;
  }
}
