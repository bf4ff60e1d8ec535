/** What operators set of an account below them, beyond what its owner may: level, flags, epithet, password, suspension. */
import type { CommandCall } from '../bots/command-row.ts';
import { notDone } from '../bots/refused-reply.ts';
import { phrase, type Reply, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { AuthWorld } from './auth-world.ts';
import { EMAIL_AT_ONCE, NONE, SETTINGS, type Setting, wholeNumber } from './settings.ts';
import { MOST_LEVEL } from './standing.ts';

/** A setting of OSET. */
export interface OperatorSetting extends Setting {
  /** Its value is in no record. */
  readonly secret?: true;
  /** Why an operator may not set it so; null where they may. */
  refusal?(world: AuthWorld, call: CommandCall, value: string): Reply | null;
}

/** What each flag says of an account, by its letter. */
export const FLAGS: ReadonlyMap<string, string> = new Map([
  ['b', 'is a bot'],
  ['h', 'helps on the network'],
  ['n', 'is kept, however long it is unused'],
]);

const LEVEL: OperatorSetting = {
  name: 'LEVEL',
  show: ({ profiles }, account) => String(profiles.of(account).level),
  refusal({ standing }, { user }, value) {
    const level = value === NONE ? 0 : wholeNumber(value);
    const own = standing.levelOf(user) ?? 0;
    if (!(level >= 0 && level <= MOST_LEVEL)) return said`LEVEL is a number from 0 to ${MOST_LEVEL}.`;
    return level < own ? null : said`Nobody gives a level of their own or above: yours is ${own}.`;
  },
  async change({ setLevel }, account, value) {
    const level = value === NONE ? 0 : wholeNumber(value);
    await setLevel(account, level);
    return said`LEVEL is now: ${level}`;
  },
};

const FLAGS_SETTING: OperatorSetting = {
  name: 'FLAGS',
  show: ({ profiles }, account) => profiles.of(account).flags || phrase('none'),
  async change({ store, profiles, writes }, account, value) {
    const known = [...FLAGS.keys()].join('');
    if (value !== NONE && !new RegExp(`^([+-]?[${known}]+)+$`).test(value))
      return said`FLAGS are set as +n-h, and are of ${known}.`;
    const stored = store.get(account);
    const flags = await writes.write(() => {
      const found = store.still(stored);
      const next = value === NONE ? '' : changedFlags(profiles.of(found).flags, value);
      profiles.set(found, 'flags', next);
      return next;
    });
    return said`FLAGS are now: ${flags || phrase('none')}`;
  },
};

/** Letters after a change such as `+n-h`; each once, in order. */
export function changedFlags(flags: string, change: string): string {
  const set = new Set(flags);
  let on = true;
  for (const sign of change) {
    if (sign === '+' || sign === '-') on = sign === '+';
    else if (on) set.add(sign);
    else set.delete(sign);
  }
  return [...set].sort().join('');
}

const EPITHET: OperatorSetting = {
  name: 'EPITHET',
  show: ({ profiles }, account) => profiles.of(account).epithet ?? phrase('none'),
  async change({ store, profiles, writes }, account, value) {
    if (Buffer.byteLength(value) > limits.epithetBytes.default)
      return said`EPITHET has up to ${limits.epithetBytes.default} bytes.`;
    const epithet = value === NONE ? null : value;
    const stored = store.get(account);
    await writes.write(() => profiles.set(store.still(stored), 'epithet', epithet));
    return said`EPITHET is now: ${epithet ?? phrase('none')}`;
  },
};

const PASSWORD: OperatorSetting = {
  name: 'PASSWORD',
  secret: true,
  show: ({ store }, account) => phrase(store.passwordHash(account) === null ? 'none' : 'set'),
  refusal: (_world, _call, value) =>
    value === NONE || value.includes(' ') ? 'A password is one word.' : null,
  async change({ setPassword, forgetFailures }, account, value) {
    await setPassword(account, value, 'operators');
    forgetFailures(account);
    return said`The password of ${account} is changed.`;
  },
};

const EMAIL: OperatorSetting = { ...EMAIL_AT_ONCE, secret: true };

const SUSPENDED: OperatorSetting = {
  name: 'SUSPENDED',
  show: (_world, { suspended_reason }) => suspended_reason ?? phrase('no'),
  refusal(_world, _call, value) {
    const most = limits.infoBytes.default;
    return Buffer.byteLength(value) > most ? said`A reason has up to ${most} bytes.` : null;
  },
  async change({ ask, store }, account, value, { user }) {
    if (value === NONE && store.get(account).suspended_reason === null)
      throw notDone('conflict', said`The account ${account} is not suspended.`);
    const reason = value === NONE ? null : value;
    await ask.suspend({ account, by: user.account ?? user.nick, reason });
    return reason === null
      ? said`${account} is suspended no more.`
      : said`${account} is suspended: ${reason}`;
  },
};

/** In the order in which OSET shows them. */
export const OPERATOR_SETTINGS: readonly OperatorSetting[] = [
  LEVEL,
  FLAGS_SETTING,
  EPITHET,
  SUSPENDED,
  PASSWORD,
  EMAIL,
  ...SETTINGS.filter(({ name }) => name !== 'EMAIL'),
];
