/**
 * Answers lists by the index, after a look at the folders and files that they are about: what was copied in, changed or removed by hand
 * is in the list, without anybody watching the disk meanwhile.
 */
import { contentTypeOf } from './content-types.ts';
import type { IndexUpkeep } from './index-upkeep.ts';
import { folderOf, type IndexedObject, indexedEtag, type ObjectIndex } from './object-index.ts';
import type { ObjectInfo } from './object-info.ts';
import { pageOf } from './object-pages.ts';
import type { ListQuery, ObjectPage } from './object-writes.ts';
import { StoreError } from './store-problems.ts';
import { prefixProblem, URI_PROBLEMS, withoutSlash } from './uri.ts';

/** Times that a list is made again because folders change under it by hand; then it is what it is. */
const ATTEMPTS = 8;

/** The lists of one store. */
export class ObjectLists {
  readonly #index: ObjectIndex;
  readonly #upkeep: IndexUpkeep;

  constructor(index: ObjectIndex, upkeep: IndexUpkeep) {
    this.#index = index;
    this.#upkeep = upkeep;
  }

  /**
   * @param most entries of a page
   * @throws StoreError `invalid_uri` for a prefix that no URI can have; what the pool says
   */
  async page(query: ListQuery, most: number): Promise<ObjectPage> {
    const prefix = withoutSlash(query.prefix ?? '');
    const wrong = prefixProblem(prefix);
    if (wrong !== null)
      throw new StoreError('invalid_uri', `the beginning of the URIs ${URI_PROBLEMS[wrong]}`);
    const { after = '', limit = most, folders = false } = query;
    const asked = { prefix, after: withoutSlash(after), limit: Math.max(1, Math.min(limit, most)), folders };
    const seen = new Set<string>();
    for (let attempt = 1; ; attempt++) {
      const { names, visited, next } = pageOf(this.#index, asked);
      if (attempt > ATTEMPTS || !(await this.#refresh(names, visited, seen)))
        return this.#describe(names, next);
    }
  }

  /** Whether the page has to be made again, because something on disk was other than the index says. */
  async #refresh(names: readonly string[], visited: readonly string[], seen: Set<string>): Promise<boolean> {
    const folders = visited.filter((path) => !seen.has(path));
    const uris = names.filter((name) => !name.endsWith('/'));
    if (folders.length === 0 && uris.length === 0) return false;
    for (const path of folders) seen.add(path);
    const { changed, gone } = await this.#upkeep.refresh(folders, uris);
    for (const uri of gone) {
      // Removed since its folder was looked at: that is read again.
      seen.delete(folderOf(uri));
      this.#index.touch(uri);
    }
    return changed || gone.length > 0;
  }

  #describe(names: readonly string[], next: string | null): ObjectPage {
    const objects: ObjectInfo[] = [];
    const folders: string[] = [];
    for (const name of names) {
      const object = this.#index.get(name);
      if (object !== undefined) objects.push(infoOf(name, object));
      else if (name.endsWith('/')) folders.push(name);
    }
    return { objects, folders, next };
  }
}

/** An object of the index as everybody is told of it. */
export function infoOf(uri: string, object: IndexedObject): ObjectInfo {
  const { sizeBytes, mtimeMs } = object;
  return { uri, sizeBytes, mtimeMs, etag: indexedEtag(object), contentType: contentTypeOf(uri) };
}
