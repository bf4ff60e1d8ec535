/**
 * DEFCON: how closed the network is, from 5 (open) to 1, while it is attacked. Below 5 nothing is registered and less clients may come
 * from an address; at 3 modes are set on all channels; at 2 bots hear operators alone; at 1 whoever connects is banned for some minutes.
 * It ends by itself.
 */
import type { Clock } from '../../../kit/clock.ts';
import { fold } from '../../irc/casemapping.ts';
import type { Bot } from '../bots/bot-roster.ts';
import { type Reply, said } from '../bots/reply.ts';
import type { NetworkView } from '../network/network-view.ts';
import type { ViewChannel, ViewUser } from '../network/view-parts.ts';
import { sliced } from './sliced.ts';
import { type Listed, type ListShape, StoredList, type StoredListOptions } from './stored-list.ts';

/** The network is open. */
export const OPEN = 5;

/** DEFCON while it is not {@link OPEN}. */
export interface DefconState extends Listed {
  readonly level: number;
  /** Modes that were set on channels, as letters; empty for none. */
  readonly modes: string;
  /** JSON: names of the channels that had none of them before; behind a space the letters, where a channel had some. */
  readonly channels: string;
}

const SHAPE: ListShape<DefconState> = {
  table: 'defcon',
  columns: {
    level: 'level',
    modes: 'modes',
    channels: 'channels',
    by: 'set_by',
    setMs: 'set_at',
    expiresMs: 'expires',
  },
  keyOf: () => KEY,
  most: 1,
  noun: 'states',
};
const KEY = 'now';

/** What operators have configured. */
export interface DefconRules {
  /** Clients of one address. */
  readonly sessions: number;
  /** Until it ends by itself; 0 for never. */
  readonly minutes: number;
  /** Letters of modes without argument. */
  readonly modes: string;
}

/** Commands that nobody but operators may use below {@link OPEN}, by bot. */
const CLOSED: Readonly<Record<string, readonly string[]>> = {
  AuthServ: ['REGISTER'],
  NickServ: ['REGISTER'],
  ChanServ: ['REGISTER', 'MODE'],
};

export interface DefconOptions extends StoredListOptions {
  readonly clock: Clock;
  readonly rules: () => DefconRules;
  readonly view: () => NetworkView | null;
  /** Has modes set on a channel or taken away. */
  readonly setModes: (channel: ViewChannel, on: boolean, letters: string) => void;
  /** Told of another level. */
  readonly onLevel: (level: number, by: string) => void;
}

export class Defcon {
  readonly #options: DefconOptions;
  readonly #list: StoredList<DefconState>;
  /** Channels whose modes are changed at this moment. */
  busy = false;

  constructor(options: DefconOptions) {
    this.#options = options;
    this.#list = new StoredList(SHAPE, options);
  }

  get state(): DefconState | null {
    return this.#list.get(KEY) ?? null;
  }

  get level(): number {
    return this.state?.level ?? OPEN;
  }

  /** Clients of one address that nobody trusts, where that is fewer than usual. */
  get sessions(): number | null {
    return this.level < OPEN ? this.#options.rules().sessions : null;
  }

  /** Nothing is registered, whoever asks and by whatever way. */
  get closesRegistration(): boolean {
    return this.level < OPEN;
  }

  /** Whoever connects is banned. */
  get bansNewcomers(): boolean {
    return this.level <= 1;
  }

  /** Whether bots do not hear somebody now. */
  isDeafTo(user: ViewUser): boolean {
    return this.level <= 2 && !user.isOperator;
  }

  /** Why a command is not for a user now; null where it is. */
  closes({ nick }: Pick<Bot, 'nick'>, command: string, user: ViewUser): Reply | null {
    if (!this.closesRegistration || user.isOperator || CLOSED[nick]?.includes(command) !== true) return null;
    return said`${command} is closed for the moment, because the network is being protected. Try again later.`;
  }

  async set(level: number, by: string): Promise<void> {
    const { now, rules, onLevel } = this.#options;
    const before = this.state;
    if (level === (before?.level ?? OPEN)) return;
    const { minutes, modes } = rules();
    const kept = before?.modes ?? '';
    if (level === OPEN) await this.#list.drop(KEY);
    else {
      const setMs = now();
      await this.#list.put({
        level,
        modes: kept,
        channels: before?.channels ?? '[]',
        by,
        setMs,
        expiresMs: minutes === 0 ? null : setMs + minutes * 60_000,
      });
    }
    onLevel(level, by);
    if (level <= 3 && kept === '' && modes !== '') await this.#force(modes);
    else if (level > 3 && kept !== '') await this.#release(before!);
  }

  /** Ends it once its time has passed. */
  async sweep(): Promise<void> {
    const over = this.#list.stored(KEY);
    if (over === undefined || this.state !== null) return;
    await this.#list.drop(KEY);
    this.#options.onLevel(OPEN, 'its time has passed');
    if (over.modes !== '') await this.#release(over);
  }

  /** A channel is new: it has the modes as well. */
  madeChannel(channel: ViewChannel): void {
    const { state } = this;
    if (state !== null && state.modes !== '') this.#options.setModes(channel, true, state.modes);
  }

  async #force(letters: string): Promise<void> {
    const changed: string[] = [];
    await this.#each((channel) => {
      const missing = [...letters].filter((letter) => !channel.modes.has(letter)).join('');
      if (missing === '') return;
      this.#options.setModes(channel, true, missing);
      changed.push(missing === letters ? channel.name : `${channel.name} ${missing}`);
    });
    const { state } = this;
    if (state !== null) await this.#list.put({ ...state, modes: letters, channels: JSON.stringify(changed) });
  }

  /** Takes the modes away where they were not before. */
  async #release({ modes, channels }: DefconState): Promise<void> {
    const forced = new Map<string, string>();
    for (const entry of JSON.parse(channels) as string[]) {
      const [name = '', letters = modes] = entry.split(' ');
      forced.set(fold(name), letters);
    }
    await this.#each((channel) => {
      const letters = forced.get(fold(channel.name));
      if (letters !== undefined) this.#options.setModes(channel, false, letters);
    });
    const { state } = this;
    if (state !== null) await this.#list.put({ ...state, modes: '', channels: '[]' });
  }

  async #each(act: (channel: ViewChannel) => void): Promise<void> {
    const { view, clock } = this.#options;
    const network = view();
    if (network === null) return;
    this.busy = true;
    try {
      // Of a network that is lost meanwhile none is left.
      await sliced(clock, network.channels.values(), (channel) => {
        act(channel);
        return true;
      });
    } finally {
      this.busy = false;
    }
  }
}
