/** Groups of the realm: those of channels, below `/irc-channels`, and that of operators. */
import { z } from 'zod';
import { KeyedLock } from '../../runtime/async/keyed-lock.ts';
import { limits } from '../limits.ts';
import { type AdminCalls, segment } from './admin-calls.ts';
import { unbelievable } from './answer-reading.ts';
import { KeycloakError } from './keycloak-error.ts';
import {
  type Attributes,
  groupSchema,
  type KeycloakGroup,
  type KeycloakUser,
  userSchema,
} from './keycloak-shapes.ts';

const groupsSchema = z.array(groupSchema);
const usersSchema = z.array(userSchema);

export class GroupOperations {
  readonly #admin: AdminCalls;
  /** Changes of one group, which read before they write. */
  readonly #changes = new KeyedLock();

  constructor(admin: AdminCalls) {
    this.#admin = admin;
  }

  /** The groups that are in no other. */
  async top(): Promise<KeycloakGroup[]> {
    return await this.#pages('list groups', (page) =>
      this.#admin.read('list groups', `/groups?${page}`, groupsSchema),
    );
  }

  /** The group of a name that is in no other; null where there is none. */
  async findTop(name: string): Promise<KeycloakGroup | null> {
    const what = 'look a group up';
    const query = new URLSearchParams({ search: name, exact: 'true', briefRepresentation: 'false' });
    const groups = await this.#admin.read(what, `/groups?${query}`, groupsSchema);
    // The search also answers groups of other names that one of this name is in.
    return groups.find((group) => group.name === name) ?? null;
  }

  /** @throws KeycloakError `not_found` */
  async get(id: string): Promise<KeycloakGroup> {
    const what = 'show a group';
    const group = await this.#admin.read(what, groupPath(id), groupSchema);
    if (group.id !== id) throw unbelievable(what, 'it shows another one');
    return group;
  }

  /**
   * The group at the end of a path of names; null where there is none.
   * @param path names, the outermost first; one with a slash in it is found by {@link findChild}
   */
  async atPath(path: readonly string[]): Promise<KeycloakGroup | null> {
    try {
      const place = `/group-by-path/${path.map(segment).join('/')}`;
      return await this.#admin.read('look a group up', place, groupSchema);
    } catch (error) {
      if (error instanceof KeycloakError && error.code === 'not_found') return null;
      throw error;
    }
  }

  /** The groups in a group. */
  async children(id: string): Promise<KeycloakGroup[]> {
    const what = 'list the groups of a group';
    return await this.#pages(what, (page) =>
      this.#admin.read(what, `${groupPath(id)}/children?${page}`, groupsSchema),
    );
  }

  /** The group of a name in a group; null where there is none. */
  async findChild(parent: string, name: string): Promise<KeycloakGroup | null> {
    const query = new URLSearchParams({ search: name, exact: 'true', briefRepresentation: 'false' });
    const what = 'look a group up';
    const found = await this.#admin.read(what, `${groupPath(parent)}/children?${query}`, groupsSchema);
    return found.find((group) => group.name === name) ?? null;
  }

  /**
   * Makes a group; answers its id. After a break of the connection it may have been made although `conflict` is answered.
   * @param parent the group that it is to be in; null for none
   * @throws KeycloakError `conflict` where the name is taken
   */
  async create(name: string, parent: string | null): Promise<string> {
    const place = parent === null ? '/groups' : `${groupPath(parent)}/children`;
    return await this.#admin.make('make a group', place, { body: { name } });
  }

  /** Changes attributes of a group; null takes one away, others stay. @throws KeycloakError `not_found` */
  async update(id: string, attributes: Readonly<Record<string, readonly string[] | null>>): Promise<void> {
    await this.#changes.run(id, async () => {
      const { name, attributes: before } = await this.get(id);
      const merged: Record<string, readonly string[]> = { ...(before satisfies Attributes) };
      for (const [key, values] of Object.entries(attributes)) {
        if (values === null) delete merged[key];
        else merged[key] = values;
      }
      await this.#admin.change('change a group', 'PUT', groupPath(id), {
        body: { name, attributes: merged },
      });
    });
  }

  /** Deletes a group and those in it; false where there was none. */
  async delete(id: string): Promise<boolean> {
    return await this.#changes.run(id, () => this.#admin.remove('delete a group', groupPath(id)));
  }

  /** Who is in a group. @throws SignalboxError `limit_reached` with more than `limits.keycloakMembers` */
  async members(id: string): Promise<KeycloakUser[]> {
    const what = 'list the members of a group';
    return await this.#pages(what, (page) =>
      this.#admin.read(what, `${groupPath(id)}/members?${page}`, usersSchema),
    );
  }

  /** All pages of a list, one after another. */
  async #pages<Entry>(what: string, read: (page: URLSearchParams) => Promise<Entry[]>): Promise<Entry[]> {
    const all: Entry[] = [];
    const most = limits.keycloakMembers.default;
    for (;;) {
      const page = { first: String(all.length), max: String(PAGE), briefRepresentation: 'false' };
      const entries = await read(new URLSearchParams(page));
      if (entries.length > PAGE) throw unbelievable(what, 'it is longer than asked for');
      all.push(...entries);
      if (entries.length < PAGE) return all;
      if (all.length >= most)
        throw new KeycloakError('limit_reached', `Keycloak did not ${what}: there are more than ${most}.`, {
          says: 'nothing',
        });
    }
  }
}

/** Entries of one answer. */
const PAGE = 100;

function groupPath(id: string): string {
  return `/groups/${segment(id)}`;
}
