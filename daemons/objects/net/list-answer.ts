/** The answer to a list: a page of what whoever asks may read. Neither an entry nor where the next page goes on names anything else. */
import type { PrefixReader } from '../permissions.ts';
import { listContent, readListUri } from '../protocol/list-page.ts';
import type { ObjectWrites } from '../store/object-writes.ts';
import { withoutSlash } from '../store/uri.ts';

/** A page, as it is sent. */
export interface ListAnswer {
  readonly content: Buffer;
  /** Behind which URI the next page begins; null at the end. */
  readonly next: string | null;
}

/**
 * @param uri prefix of the request, and where the page begins
 * @param reader what may be read by the rules in force; null where that is all
 * @param givenUp whether nobody waits for it any more
 * @throws StoreError as the store does
 */
export async function listAnswer(
  writes: Pick<ObjectWrites, 'list'>,
  uri: string,
  reader: () => PrefixReader | null,
  givenUp: () => boolean,
): Promise<ListAnswer> {
  const query = readListUri(uri);
  const prefix = withoutSlash(query.prefix);
  let after = query.after;
  for (;;) {
    const { objects, next } = await writes.list(after === null ? { prefix } : { prefix, after });
    const may = reader();
    const seen = may === null ? objects : objects.filter((object) => may.mayRead(object.uri));
    if (may === null || next === null || seen.length > 0 || givenUp()) {
      const entries = seen.map(({ uri: name, sizeBytes, mtimeMs }) => ({
        uri: name,
        sizeBytes,
        modifiedSeconds: Math.floor(mtimeMs / 1_000),
      }));
      // The store names the last object of the page, which may be one that is not shown.
      const shownNext = may === null || next === null ? next : (seen.at(-1)?.uri ?? null);
      return { content: listContent(entries), next: shownNext };
    }
    after = may.mayRead(next) ? next : may.behindHidden(next);
  }
}
