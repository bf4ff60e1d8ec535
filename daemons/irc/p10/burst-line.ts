/**
 * Channels of a burst: `B #channel created [+modes [arguments]] [members] [:%bans]`, in as many lines as are needed. A
 * member's status holds for those after it until another is given. Pure; called by whoever keeps a link.
 */
import { MAX_LINE_BYTES } from '../line-text.ts';
import { STATUS, STATUS_LETTERS, statusLetters } from '../modes.ts';
import type { KindLimits } from './kinds.ts';
import { type P10Line, writeLine } from './line.ts';
import { base64At, USER_DIGITS } from './numeric.ts';
import { readWhole } from './server-line.ts';

/** A member by numeric, with `STATUS` bits. */
export interface BurstMember {
  readonly numeric: string;
  readonly status: number;
}

/** Who set a mask and when: nobody says so but our own kind. */
export interface MaskOrigin {
  /** A prefix, or the name of a server. */
  readonly by: string;
  /** Unix seconds. */
  readonly atSeconds: number;
}

/** What one line, or all lines of one channel, say of it. */
export interface BurstChannel {
  readonly channel: string;
  /** Unix seconds. */
  readonly createdSeconds: number;
  /** Letters without their sign. */
  readonly modes: string;
  readonly modeArguments: ReadonlyMap<string, string>;
  readonly members: readonly BurstMember[];
  readonly bans: readonly string[];
  /** Exceptions of bans, which only some kinds have. */
  readonly exceptions: readonly string[];
  /** Exceptions of `i`, which only our own kind tells of. */
  readonly inviteExceptions: readonly string[];
  /** Of each mask, by {@link originKey}; absent where the line does not say them. */
  readonly origins?: ReadonlyMap<string, MaskOrigin>;
}

/** @param list the property that has the mask. */
export function originKey(list: ListName, mask: string): string {
  return `${list} ${mask}`;
}

/** A channel of which nothing is told but its age. */
export function bareBurst(channel: string, createdSeconds: number): BurstChannel {
  return {
    channel,
    createdSeconds,
    modes: '',
    modeArguments: new Map(),
    members: [],
    bans: [],
    exceptions: [],
    inviteExceptions: [],
  };
}

const COLON = 0x3a;

/** Begins the masks of a line, bans first. */
const MASKS = '%';

/** The lists of masks in their order, each with what stands before it in a line that has bans. */
const LISTS = [
  ['bans', ''],
  ['exceptions', '~'],
  ['inviteExceptions', '='],
] as const;

export type ListName = (typeof LISTS)[number][0];

/**
 * Reads the parameters of one `B`; in words what is wrong with them otherwise.
 * @param signed whether behind each mask stand who set it and when
 */
export function readBurst(line: P10Line, kind: KindLimits, signed = false): BurstChannel | string {
  const { params } = line;
  if (params.length < 2) return 'B needs a channel and its time.';
  const createdSeconds = readWhole(params[1]!);
  if (createdSeconds < 0) return `${params[1]!.slice(0, 32)} is no time of a channel.`;
  let modes = '';
  const modeArguments = new Map<string, string>();
  const members: BurstMember[] = [];
  const origins = new Map<string, MaskOrigin>();
  const masks: Record<ListName, string[]> = { bans: [], exceptions: [], inviteExceptions: [] };
  for (let i = 2; i < params.length; i++) {
    const param = params[i]!;
    if (param.startsWith(MASKS)) readMasks(param.slice(1), masks, signed ? origins : null);
    else if (!param.startsWith('+')) {
      const wrong = readMembers(param, members, kind);
      if (wrong !== null) return wrong;
    } else {
      modes = param.slice(1);
      for (const letter of modes) {
        if (!takesArgument(kind, letter)) continue;
        const argument = params[++i];
        if (argument === undefined) return `mode ${letter} of ${params[0]!.slice(0, 64)} lacks its argument.`;
        modeArguments.set(letter, argument);
      }
    }
  }
  return {
    channel: params[0]!,
    createdSeconds,
    modes,
    modeArguments,
    members,
    ...masks,
    ...(signed ? { origins } : {}),
  };
}

function takesArgument(kind: KindLimits, letter: string): boolean {
  return kind.modesWithArgument.includes(letter) || kind.modesWithArgumentWhenSet.includes(letter);
}

function readMasks(
  text: string,
  masks: Record<ListName, string[]>,
  origins: Map<string, MaskOrigin> | null,
): void {
  let list: ListName = 'bans';
  const words = text.split(' ').filter((word) => word !== '');
  for (let i = 0; i < words.length; i++) {
    const mask = words[i]!;
    const begun = LISTS.find(([, sign]) => sign === mask && sign !== '');
    if (begun !== undefined) {
      list = begun[0];
      continue;
    }
    masks[list].push(mask);
    if (origins === null) continue;
    const atSeconds = readWhole(words[i + 2] ?? '');
    if (atSeconds < 0) continue;
    origins.set(originKey(list, mask), { by: words[i + 1]!, atSeconds });
    i += 2;
  }
}

function readMembers(text: string, members: BurstMember[], kind: KindLimits): string | null {
  let status = 0;
  for (let at = 0; at <= text.length; ) {
    const comma = text.indexOf(',', at);
    const end = comma < 0 ? text.length : comma;
    const numericEnd = at + USER_DIGITS;
    const withStatus = numericEnd < end && text.charCodeAt(numericEnd) === COLON;
    if (!(withStatus || numericEnd === end) || base64At(text, at, numericEnd) < 0) {
      const [numeric = ''] = text.slice(at, end).split(':', 1);
      return `${numeric.slice(0, 16)} is no numeric of a member.`;
    }
    if (withStatus) status = statusOf(text.slice(numericEnd + 1, end), kind);
    members.push({ numeric: text.slice(at, numericEnd), status });
    at = end + 1;
  }
  return null;
}

/** `o`, `v`, both; a level of ircu, which is a number, makes an operator as well. */
function statusOf(suffix: string, kind: KindLimits): number {
  let status = 0;
  for (const letter of suffix) {
    if (letter >= '0' && letter <= '9') status |= STATUS.op;
    else if (kind.status.includes(letter)) status |= STATUS_LETTERS.get(letter) ?? 0;
  }
  return status;
}

/** @returns as many lines as hold it; modes stand in the first, masks behind the members. */
export function writeBurst(source: string, channel: BurstChannel): string[] {
  const lines = new BurstLines(writeLine(source, 'B', [channel.channel, channel.createdSeconds]));
  if (channel.modes !== '') lines.put(modesText(channel), '');
  // Those without a status come first: none of the suffixes says so.
  const members = [...channel.members].sort((a, b) => a.status - b.status);
  let told = 0;
  for (const { numeric, status } of members) {
    const suffix = status === 0 ? '' : `:${statusLetters(status)}`;
    const goesOn = `,${numeric}${status === told ? '' : suffix}`;
    lines.put(lines.last === 'members' ? goesOn : ` ${numeric}${suffix}`, ` ${numeric}${suffix}`, 'members');
    told = status;
  }
  for (const [list, sign] of LISTS) {
    const before = sign === '' ? '' : `${sign} `;
    const begins = ` :%${before}`;
    for (const word of channel[list]) {
      const mask = word + originText(channel, list, word);
      const inMasks = lines.last !== 'head' && lines.last !== 'members';
      const goesOn = lines.last === list ? ` ${mask}` : ` ${before}${mask}`;
      lines.put(inMasks ? goesOn : begins + mask, begins + mask, list);
    }
  }
  return lines.done();
}

function originText({ origins }: BurstChannel, list: ListName, mask: string): string {
  const origin = origins?.get(originKey(list, mask));
  return origin === undefined ? '' : ` ${origin.by} ${origin.atSeconds}`;
}

/** Lines of one channel, each with the same head. */
class BurstLines {
  readonly #head: string;
  readonly #full: string[] = [];
  #line: string;
  /** What was put last into the line under way. */
  last: 'head' | 'members' | ListName = 'head';

  constructor(head: string) {
    this.#head = head;
    this.#line = head;
  }

  /**
   * Puts a piece into the line under way, or into the next one when it is full.
   * @param next the same piece as it stands at the beginning of a line.
   */
  put(piece: string, next: string, last: 'head' | 'members' | ListName = 'head'): void {
    if (this.#line !== this.#head && this.#line.length + piece.length > MAX_LINE_BYTES) {
      this.#full.push(this.#line);
      this.#line = this.#head + next;
    } else this.#line += piece;
    this.last = last;
  }

  done(): string[] {
    return [...this.#full, this.#line];
  }
}

function modesText({ modes, modeArguments }: BurstChannel): string {
  let text = ` +${modes}`;
  for (const letter of modes) {
    const argument = modeArguments.get(letter);
    if (argument !== undefined) text += ` ${argument}`;
  }
  return text;
}
