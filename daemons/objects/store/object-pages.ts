/** Lists of the index, a page at a time, in the order of URIs. A page is found by where the last one ended, whatever changed since. */
import { folderOf, type ObjectIndex, placeOf, within } from './object-index.ts';

/** What is listed. */
export interface PageQuery {
  /** Only what begins with it; it may end within a name. */
  readonly prefix: string;
  /** Only what comes behind it: the last entry of the page before. */
  readonly after: string;
  /** Entries at most. */
  readonly limit: number;
  /** Does not go into folders, but says them, with a `/` at the end. */
  readonly folders: boolean;
}

/** A page of names. */
export interface NamePage {
  /** URIs, and folders with a `/` at the end. */
  readonly names: readonly string[];
  /** Paths of the folders whose names were looked at. */
  readonly visited: readonly string[];
  /** Where the next page goes on; null at the end. It may be a page without entries, when many folders had none. */
  readonly next: string | null;
}

/** Folders that a page looks into at most, beside those on the way to it. */
const FOLDERS_A_PAGE = 1_000;

/** The page of an index as it is now. Costs what it says, and the folders on its way. */
export function pageOf(index: ObjectIndex, query: PageQuery): NamePage {
  return new PageWalk(index, query).page();
}

class PageWalk {
  readonly #index: ObjectIndex;
  readonly #query: PageQuery;
  readonly #names: string[] = [];
  readonly #visited: string[] = [];
  #next: string | null = null;
  #counted = 0;

  constructor(index: ObjectIndex, query: PageQuery) {
    this.#index = index;
    this.#query = query;
  }

  page(): NamePage {
    const { prefix } = this.#query;
    const start = folderOf(prefix);
    for (let path = start; path !== ''; ) {
      path = folderOf(path);
      if (this.#index.folder(path) !== undefined) this.#visited.push(path);
    }
    this.#walk(start);
    return { names: this.#names, visited: this.#visited, next: this.#next };
  }

  /** Answers whether the page goes on. */
  #walk(path: string): boolean {
    const folder = this.#index.folder(path);
    if (folder === undefined) return true;
    const { prefix, after, limit, folders } = this.#query;
    const base = path === '' ? '' : `${path}/`;
    // Those on the way to where the page begins do not count: however deep that is, each page gets on.
    if (!after.startsWith(base) && ++this.#counted > FOLDERS_A_PAGE) {
      // It comes behind everything before the folder, and no object has this name.
      this.#next = path;
      return false;
    }
    this.#visited.push(path);
    const { names } = folder;
    for (let at = this.#startIn(base, names); at < names.length; at++) {
      const name = names[at]!;
      const uri = base + name;
      if (!uri.startsWith(prefix)) {
        if (uri > prefix) break;
        continue;
      }
      const isFolder = name.endsWith('/');
      if (isFolder && !folders) {
        if (!this.#walk(within(path, name.slice(0, -1)))) return false;
        continue;
      }
      if (uri <= after) continue;
      if (this.#names.length === limit) {
        this.#next = this.#names.at(-1)!;
        return false;
      }
      this.#names.push(uri);
    }
    return true;
  }

  /** The first name of a folder that can be of the page. */
  #startIn(base: string, names: readonly string[]): number {
    const { prefix, after } = this.#query;
    const from = after > prefix ? after : prefix;
    if (!from.startsWith(base)) return 0;
    const rest = from.slice(base.length);
    const slash = rest.indexOf('/');
    return placeOf(names, slash < 0 ? rest : rest.slice(0, slash + 1));
  }
}
