/**
 * Alerts: what is done when somebody meets criteria, as they come, are called otherwise, log in or join a channel. Looked at after the
 * line that tells of it, in slices, so that a storm of newcomers waits for nobody.
 */
import type { Clock } from '../../../kit/clock.ts';
import { fold } from '../../irc/casemapping.ts';
import type { NetworkView } from '../network/network-view.ts';
import type { ViewUser } from '../network/view-parts.ts';
import { NO_ABUSE, type RankFacts, sparedAddress, sparedUser } from './actor.ts';
import type { Acts } from './acts.ts';
import {
  type Discriminator,
  isDiscriminator,
  meets,
  readDiscriminator,
  type UserFacts,
} from './discriminator.ts';
import type { Alert } from './lists.ts';
import { sliced } from './sliced.ts';
import type { StoredList } from './stored-list.ts';

/** When criteria are looked at again. */
export type Occasion = 'came' | 'nick' | 'account' | 'join';

/** Criteria that change on an occasion. */
const ABOUT: Readonly<Record<Exclude<Occasion, 'came'>, readonly string[]>> = {
  nick: ['NICK', 'MASK', 'NICKAGE', 'LINKED', 'LAST'],
  account: ['ACCOUNT', 'AUTHED', 'ACCESS'],
  join: ['CHANNEL', 'NUMCHANNELS'],
};

/** What may be done, and from which level on it may be set. */
export const REACTIONS: ReadonlyMap<string, { readonly level: number; readonly effect: string }> = new Map([
  ['NOTICE', { level: 800, effect: 'tells operators' }],
  ['NOTICEUSER', { level: 800, effect: 'tells them the reason in a notice' }],
  ['MSGUSER', { level: 800, effect: 'tells them the reason in a message' }],
  ['KILL', { level: 900, effect: 'disconnects them' }],
  ['GLINE', { level: 900, effect: 'bans their address' }],
  ['SHUN', { level: 900, effect: 'shuns their address' }],
  ['GAG', { level: 900, effect: 'has bots hear nobody from their host' }],
]);

export interface AlertDeskOptions {
  readonly list: StoredList<Alert>;
  readonly acts: Acts;
  readonly ranks: RankFacts;
  readonly clock: Clock;
  readonly view: () => NetworkView | null;
  readonly clonesOf: (user: ViewUser) => number;
  /** How long a ban lasts that an alert does not say, in seconds. */
  readonly banSeconds: () => number;
  readonly log: (level: 'info' | 'warn', event: string, message: string) => void;
}

interface Compiled {
  readonly alert: Alert;
  readonly discriminator: Discriminator;
  readonly occasions: ReadonlySet<Occasion>;
}

export class AlertDesk {
  readonly #options: AlertDeskOptions;
  #compiled: readonly Compiled[] | null = null;
  #waiting: { readonly user: ViewUser; readonly occasion: Occasion }[] = [];
  #due: NodeJS.Immediate | null = null;
  #working = false;
  /** When each was met last, Unix milliseconds, by its name. */
  readonly lastMet = new Map<string, number>();
  /** How often one was met. */
  met = 0;

  constructor(options: AlertDeskOptions) {
    this.#options = options;
    options.list.onChange = () => {
      this.#compiled = null;
    };
  }

  /** Whether users are still to be looked at. */
  get busy(): boolean {
    return this.#working || this.#waiting.length > 0;
  }

  /** Something about a user is new. */
  look(user: ViewUser, occasion: Occasion): void {
    if (!this.#alerts().some(({ occasions }) => occasions.has(occasion))) return;
    this.#waiting.push({ user, occasion });
    if (!this.#working) this.#due ??= setImmediate(() => void this.#work());
  }

  close(): void {
    if (this.#due !== null) clearImmediate(this.#due);
    this.#waiting = [];
  }

  #alerts(): readonly Compiled[] {
    this.#compiled ??= this.#options.list.all().flatMap(compile);
    return this.#compiled;
  }

  async #work(): Promise<void> {
    this.#due = null;
    this.#working = true;
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting;
        this.#waiting = [];
        const hit: Promise<void>[] = [];
        await sliced(this.#options.clock, batch, ({ user, occasion }) => {
          const reaction = this.#first(user, occasion);
          if (reaction !== null) hit.push(reaction);
          return true;
        });
        await Promise.all(hit);
      }
    } finally {
      this.#working = false;
    }
  }

  /** Does what alerts say, up to the first that ends somebody's visit. */
  #first(user: ViewUser, occasion: Occasion): Promise<void> | null {
    const { view, clock, ranks, clonesOf, list } = this.#options;
    const now = view();
    if (now === null || now.resolve(user) !== user) return null;
    const nowSeconds = Math.floor(clock.now() / 1_000);
    const facts: UserFacts = { view: now, nowSeconds, levelOf: ranks.levelOf, clonesOf };
    const done: Promise<void>[] = [];
    for (const { alert, discriminator, occasions } of this.#alerts()) {
      if (!occasions.has(occasion) || list.get(fold(alert.name)) === undefined) continue;
      if (!meets(discriminator, user, facts) || this.#spares(alert, discriminator, user)) continue;
      this.met++;
      this.lastMet.set(alert.name, clock.now());
      done.push(this.#react(alert, discriminator, user));
      if (ENDS.has(alert.reaction)) break;
    }
    return done.length === 0 ? null : Promise.all(done).then(() => {});
  }

  #spares({ reaction, level, by }: Alert, { abuse }: Discriminator, user: ViewUser): boolean {
    if (reaction === 'NOTICE') return false;
    const actor = { name: by, level };
    const { ranks } = this.#options;
    const spared = reaction === 'GLINE' || reaction === 'SHUN' ? sparedAddress : sparedUser;
    return spared(ranks, actor, user, abuse ?? NO_ABUSE) !== null;
  }

  async #react(
    { name, reaction, by }: Alert,
    { reason, seconds }: Discriminator,
    user: ViewUser,
  ): Promise<void> {
    const { acts, banSeconds, log } = this.#options;
    const text = reason ?? `Alert ${name}`;
    const why = { seconds: seconds ?? banSeconds(), reason: text, by };
    const who = `${user.nick}!${user.username}@${user.host}`;
    log('info', 'alert_met', `Alert ${name} (${reaction}) was met by ${who}`);
    try {
      if (reaction === 'NOTICE') acts.tellOperators(`Alert ${name} was met by ${who}: ${text}`);
      else if (reaction === 'NOTICEUSER') acts.say(user, text);
      else if (reaction === 'MSGUSER') acts.say(user, text, 'message');
      else if (reaction === 'KILL') acts.kill(user, text);
      else if (reaction === 'GAG') await acts.gag(user, why);
      else await acts.banAddress(user, why, reaction === 'SHUN' ? 'shun' : 'gline');
    } catch (error) {
      log('warn', 'alert_failed', `Alert ${name} could not be acted upon: ${String(error)}`);
    }
  }
}

const ENDS: ReadonlySet<string> = new Set(['KILL', 'GLINE', 'SHUN']);

/** The criteria of an alert, and when they are looked at; nothing for one that an older version took. */
function compile(alert: Alert): Compiled[] {
  const words = alert.criteria.split(' ');
  const discriminator = readDiscriminator(words, 1);
  if (!isDiscriminator(discriminator)) return [];
  const named = new Set(words.filter((_, at) => at % 2 === 0).map((word) => word.toUpperCase()));
  const occasions = new Set<Occasion>(['came']);
  for (const [occasion, criteria] of Object.entries(ABOUT))
    if (criteria.some((one) => named.has(one))) occasions.add(occasion as Occasion);
  return [{ alert, discriminator, occasions }];
}
