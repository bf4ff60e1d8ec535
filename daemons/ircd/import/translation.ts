/**
 * What comes of the configuration of another server: settings of `[ircd]` that hold, operators who still need a password, and what was
 * left, with the reason. Filled by the translators, written as TOML by import-text.ts.
 */
import { firstProblem } from '../../../contract/plain-words.ts';
import { type IrcdConfig, ircdConfigSchema, type OPER_FLAGS } from '../config.ts';
import { hashPassword } from '../passwords.ts';
import type { Block } from './block.ts';

/** What an operator may do. */
export type OperFlag = (typeof OPER_FLAGS)[number];

/** Something that was not taken over. */
export interface Left {
  /** Where it stands in its file, from 1; 0 where that is not known. */
  readonly line: number;
  readonly what: string;
  readonly why: string;
}

/** An operator as the other server knows them. */
export interface ForeignOper {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly flags: readonly OperFlag[];
  readonly title?: string | undefined;
  /** In clear, or the text of a hash. */
  readonly password: { readonly clear: string } | { readonly hash: string };
  readonly line: number;
}

type Drafted = Record<string, unknown>;
/** Lists that a translation adds to. */
type List = 'listen' | 'class' | 'webirc' | 'link' | 'dnsbl' | 'penalty';

const NOTHING_LIKE_IT = 'there is nothing like it here';
/** Any value that the schema takes, where the real one is yet to be made. */
const PLACEHOLDER =
  '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

export class Translation {
  readonly left: Left[] = [];
  /** Operators whose password has to be made anew. */
  readonly unfinished: Drafted[] = [];
  readonly #draft: Drafted = {};
  readonly #opers: ForeignOper[] = [];
  readonly #dismissed = new Set<Block>();
  /** Where a part of the draft came from. */
  readonly #lines = new Map<unknown, number>();

  /** Sets a setting of `[ircd]`, or of a table within it (`cloak.enabled`); nothing where the value is undefined or null. */
  set(key: string, value: unknown, line = 0): void {
    if (value === undefined || value === null) return;
    const [table, within] = key.split('.') as [string, string?];
    this.#lines.set(key, line);
    if (within === undefined) this.#draft[table] = value;
    else this.#draft[table] = { ...(this.#draft[table] as Drafted | undefined), [within]: value };
  }

  /** What was set before. */
  get(key: string): unknown {
    return this.#draft[key];
  }

  /** Adds to a list, without what is undefined. */
  add(list: List, value: Drafted, line: number): void {
    const entry = Object.fromEntries(
      Object.entries(value).filter(([, one]) => one !== undefined && one !== null),
    );
    this.#draft[list] = [...((this.#draft[list] as unknown[] | undefined) ?? []), entry];
    this.#lines.set(entry, line);
  }

  oper(oper: ForeignOper): void {
    this.#opers.push(oper);
  }

  leave(line: number, what: string, why: string): void {
    this.left.push({ line, what, why });
  }

  /** Leaves a whole block, of which nothing more is told. */
  leaveBlock(block: Block, what: string, why: string): void {
    this.#dismissed.add(block);
    this.leave(block.line, what, why);
  }

  /**
   * Tells of all that nobody asked for.
   * @param reasons by the name of a block or a setting
   * @param silent names that need no counterpart
   */
  leaveUnasked(
    root: Block,
    reasons: Readonly<Record<string, string>>,
    silent: ReadonlySet<string> = new Set(),
  ): void {
    const look = (block: Block, path: string) => {
      const plain: Block[] = [];
      for (const child of block.unasked()) {
        const name = child.name.toLowerCase();
        if (silent.has(name)) continue;
        const why = reasons[name];
        if (why !== undefined) this.leave(child.line, `${path}${titleOf(child)}`, why);
        else plain.push(child);
      }
      const names = [...new Set(plain.map((child) => (path === '' ? titleOf(child) : child.name)))];
      if (names.length > 0) this.leave(plain[0]!.line, `${path}${names.join(', ')}`, NOTHING_LIKE_IT);
      for (const child of block.askedBlocks())
        if (!this.#dismissed.has(child)) look(child, `${path}${titleOf(child)}: `);
    };
    look(root, '');
  }

  /** The settings, all of them such that the IRC server takes them; what it would not is among what is left. */
  async settings(): Promise<Drafted> {
    const opers: Drafted[] = [];
    for (const { password, line, ...oper } of this.#opers) {
      const { hash, why } = await hashOf(password);
      const block = { ...oper, ...(oper.title === undefined ? {} : { title: oper.title.slice(0, 128) }) };
      if (hash !== null) {
        const entry = { ...block, password_hash: hash };
        this.#lines.set(entry, line);
        opers.push(entry);
      } else {
        if (this.#holds('oper', [{ ...block, password_hash: PLACEHOLDER }])) this.unfinished.push(block);
        this.leave(line, `the password of the operator ${oper.name}`, why);
      }
    }
    if (opers.length > 0) this.#draft.oper = opers;
    for (const key of Object.keys(this.#draft)) this.#mend(key);
    return this.#draft;
  }

  /** Takes out of a setting what its schema refuses. */
  #mend(key: string): void {
    const schema = ircdConfigSchema.shape[key as keyof IrcdConfig];
    for (;;) {
      const parsed = schema.safeParse(this.#draft[key]);
      if (parsed.success) return;
      const [issue] = parsed.error.issues;
      const [first] = issue!.path;
      const value = this.#draft[key];
      if (Array.isArray(value) && typeof first === 'number') {
        const [out] = value.splice(first, 1);
        this.leave(
          this.#lines.get(out) ?? 0,
          `${key} ${titleIn(out)}`.trimEnd(),
          [issue!.path.slice(1).join('.'), issue!.message].filter((part) => part !== '').join(': '),
        );
        if (value.length === 0) delete this.#draft[key];
        if (value.length === 0) return;
        continue;
      }
      const isTable =
        typeof value === 'object' && value !== null && !Array.isArray(value) && typeof first === 'string';
      const name = isTable ? `${key}.${first}` : key;
      this.leave(this.#lines.get(name) ?? this.#lines.get(key) ?? 0, name, issue!.message);
      if (isTable && Object.hasOwn(value, first)) delete (value as Drafted)[first];
      else delete this.#draft[key];
      if (this.#draft[key] === undefined) return;
    }
  }

  #holds(key: keyof IrcdConfig, value: unknown): boolean {
    const parsed = ircdConfigSchema.shape[key].safeParse(value);
    if (!parsed.success)
      this.leave(0, `operator ${titleIn((value as unknown[])[0])}`, firstProblem(parsed.error));
    return parsed.success;
  }
}

async function hashOf(
  password: ForeignOper['password'],
): Promise<{ readonly hash: string | null; readonly why: string }> {
  if ('clear' in password) return { hash: await hashPassword(password.clear), why: '' };
  return password.hash.startsWith('$argon2') &&
    ircdConfigSchema.shape.password_hash.safeParse(password.hash).success
    ? { hash: password.hash, why: '' }
    : {
        hash: null,
        why: 'it is hashed in another way than argon2: make a new hash with npm run -s hash-password',
      };
}

/** A block with what tells it from its like. */
function titleOf({ name, words, children }: Block): string {
  const own = children.find((child) => child.name.toLowerCase() === 'name')?.words[0];
  const [first] = words;
  // Words of a setting may be a password.
  const title = children.length > 0 && name.toLowerCase() !== 'password' ? (own ?? first) : undefined;
  return title === undefined ? name : `${name} ${title}`;
}

function titleIn(entry: unknown): string {
  const { name, host, port } = entry as { name?: string; host?: string; port?: number };
  return String(name ?? (host === undefined ? '' : `${host}${port === undefined ? '' : ` ${port}`}`));
}
