/**
 * What the founder of a channel was told of it: its state as far as it was acknowledged, and what was asked for since. Used by
 * bench/kills/channel-load.ts.
 */

/** What is compared of a channel. */
export interface ChannelState {
  readonly topic: string;
  /** Flag letters, sorted. */
  readonly flags: string;
  readonly key: string;
  readonly limit: string;
  readonly bans: readonly string[];
}

/** A line that changes a channel. */
export interface Change {
  readonly line: string;
  /** What its announcement has in it. */
  readonly echo: string;
  apply(state: ChannelState): ChannelState;
}

const BANS_KEPT = 20;

/** One channel, from its founder's side. */
export class ChannelBook {
  readonly name: string;
  #state: ChannelState = { topic: '', flags: 'nt', key: '', limit: '', bans: [] };
  #asked: Change[] = [];
  #count = 0;
  acknowledged = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Whether the announcement of something that was asked for has not come. */
  get waiting(): boolean {
    return this.#asked.length > 0;
  }

  /** A change that was not asked for before; it counts as asked from here on. */
  next(): Change {
    const change = this.#make(++this.#count);
    this.#asked.push(change);
    return change;
  }

  /** Takes a line that the founder read. */
  heard(line: string): void {
    const first = this.#asked[0];
    if (first === undefined || !line.includes(first.echo)) return;
    this.#asked.shift();
    this.#state = first.apply(this.#state);
    this.acknowledged++;
  }

  /** Whether a channel is as it was acknowledged, or a few of the changes further that were asked for. It is the state from here on. */
  accepts(found: ChannelState): boolean {
    const may = [this.#state];
    for (const change of this.#asked) may.push(change.apply(may.at(-1)!));
    this.#asked = [];
    this.#state = found;
    return may.some((one) => JSON.stringify(one) === JSON.stringify(found));
  }

  #make(n: number): Change {
    const { name } = this;
    const mode = (letters: string, argument: string, apply: Change['apply']): Change => {
      const text = `MODE ${name} ${letters}${argument === '' ? '' : ` ${argument}`}`;
      return { line: text, echo: ` ${text}`, apply };
    };
    const state = this.#asked.reduce((so, change) => change.apply(so), this.#state);
    switch (n % 6) {
      case 0: {
        const letter = 'imps'[(n / 6) % 4]!;
        const on = !state.flags.includes(letter);
        const flags = (so: ChannelState) =>
          [...so.flags.replace(letter, ''), ...(on ? [letter] : [])].sort().join('');
        return mode(`${on ? '+' : '-'}${letter}`, '', (so) => ({ ...so, flags: flags(so) }));
      }
      case 1:
      case 2: {
        const oldest = state.bans[0];
        if (state.bans.length >= BANS_KEPT && oldest !== undefined)
          return mode('-b', oldest, (so) => ({ ...so, bans: so.bans.filter((mask) => mask !== oldest) }));
        const mask = `b${n}!*@*`;
        return mode('+b', mask, (so) => ({ ...so, bans: [...so.bans, mask] }));
      }
      case 3:
        return mode('+k', `key${n}`, (so) => ({ ...so, key: `key${n}` }));
      case 4:
        return mode('+l', String(n + 10), (so) => ({ ...so, limit: String(n + 10) }));
      default: {
        const line = `TOPIC ${name} :topic ${n} of it`;
        return { line, echo: ` ${line}`, apply: (so) => ({ ...so, topic: `topic ${n} of it` }) };
      }
    }
  }
}

/** The first of the lines that has a numeric. */
export function numeric(lines: readonly string[], code: string): string | undefined {
  return lines.find((line) => line.split(' ')[1] === code);
}

/** What lines that answer `MODE #c`, `MODE #c b` and `TOPIC #c` say. */
export function stateOf(lines: readonly string[]): ChannelState {
  const words = numeric(lines, '324')?.split(' ') ?? [];
  const letters = (words[4] ?? '+').slice(1);
  const args = words.slice(5);
  const topic = / 332 \S+ \S+ :(.*)$/.exec(numeric(lines, '332') ?? '')?.[1] ?? '';
  return {
    topic,
    flags: [...letters.replace(/[kl]/g, '')].sort().join(''),
    key: letters.includes('k') ? (args.shift() ?? '') : '',
    limit: letters.includes('l') ? (args.shift() ?? '') : '',
    bans: lines.filter((line) => line.split(' ')[1] === '367').map((line) => line.split(' ')[4] ?? ''),
  };
}
