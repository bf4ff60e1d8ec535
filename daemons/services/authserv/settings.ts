/** Settings of an account, which its owner changes by SET and operators by OSET: what each is now, and what a word makes of it. */
import { isEmail } from '../../identity/password-rules.ts';
import type { StoredAccount } from '../../identity/store/account-store.ts';
import type { CommandCall } from '../bots/command-row.ts';
import { type Message, phrase, type Reply, said } from '../bots/reply.ts';
import { ENGLISH, TABLE_STYLES } from '../bots/reply-style.ts';
import { limits } from '../limits.ts';
import type { Profile, ProfileField } from '../store/profile-store.ts';
import { type AuthWorld, originOf } from './auth-world.ts';

/** A setting; the words are what people read. */
export interface Setting {
  readonly name: string;
  show(world: AuthWorld, account: StoredAccount): string | Message;
  /** @param value `*` takes it away */
  change(world: AuthWorld, account: string, value: string, call: CommandCall): Reply | Promise<Reply>;
}

/** Takes a setting away. */
export const NONE = '*';

/** Clients that may be logged in to an account at once. */
export function mostLogins(set: number | null): number {
  return set ?? limits.loginsPerAccount.default;
}

/** Writes one value of a profile. */
async function keep<Field extends ProfileField>(
  { store, profiles, writes }: AuthWorld,
  account: string,
  field: Field,
  value: Profile[Field],
): Promise<void> {
  const stored = store.get(account);
  await writes.write(() => profiles.set(store.still(stored), field, value));
}

const INFO: Setting = {
  name: 'INFO',
  show: ({ profiles }, account) => profiles.of(account).info ?? phrase('nothing'),
  async change(world, account, value) {
    if (Buffer.byteLength(value) > limits.infoBytes.default)
      return said`INFO has up to ${limits.infoBytes.default} bytes.`;
    const info = value === NONE ? null : value;
    await keep(world, account, 'info', info);
    return said`INFO is now: ${info ?? phrase('nothing')}`;
  },
};

const EMAIL: Setting = {
  name: 'EMAIL',
  show: (_world, { email }) => email ?? phrase('nothing'),
  async change({ setEmail }, account, value) {
    const email = value === NONE ? null : value;
    if (email !== null && !isEmail(email)) return 'That is no e-mail address.';
    if (!(await setEmail(account, email))) return 'Somebody else has that e-mail address.';
    return said`EMAIL is now: ${email ?? phrase('nothing')}`;
  },
};

const MAXLOGINS: Setting = {
  name: 'MAXLOGINS',
  show: ({ profiles }, account) => String(mostLogins(profiles.of(account).maxLogins)),
  async change(world, account, value) {
    const most = limits.loginsPerAccountMost.default;
    const number = value === NONE ? null : wholeNumber(value);
    if (number !== null && !(number >= 1 && number <= most))
      return said`MAXLOGINS is a number from 1 to ${most}, or ${NONE} for ${limits.loginsPerAccount.default}.`;
    await keep(world, account, 'maxLogins', number);
    return said`MAXLOGINS is now: ${mostLogins(number)}`;
  },
};

/** A setting that is on or off. */
function toggle(name: string, field: 'privmsg' | 'color'): Setting {
  return {
    name,
    show: ({ profiles }, account) => phrase(profiles.of(account)[field] === 1 ? 'on' : 'off'),
    async change(world, account, value) {
      const on = value === NONE ? null : ON_OFF.get(value.toLowerCase());
      if (on === undefined) return said`${name} is on or off.`;
      await keep(world, account, field, on);
      return said`${name} is now: ${phrase(on === 1 ? 'on' : 'off')}`;
    },
  };
}

const ON_OFF: ReadonlyMap<string, number> = new Map([
  ['on', 1],
  ['yes', 1],
  ['1', 1],
  ['off', 0],
  ['no', 0],
  ['0', 0],
]);

const STYLE: Setting = {
  name: 'STYLE',
  show: ({ profiles }, account) => profiles.of(account).style ?? TABLE_STYLES[0],
  async change(world, account, value) {
    const style = value === NONE ? null : TABLE_STYLES.find((one) => one === value.toUpperCase());
    if (style === undefined) return said`STYLE is one of ${TABLE_STYLES.join(', ')}.`;
    await keep(world, account, 'style', style);
    return said`STYLE is now: ${style ?? TABLE_STYLES[0]}`;
  },
};

const WIDTH: Setting = {
  name: 'WIDTH',
  show: ({ profiles }, account) => String(profiles.of(account).width ?? limits.replyBytes.default),
  async change(world, account, value) {
    const least = limits.widthBytesLeast.default;
    const most = limits.replyBytes.default;
    const width = value === NONE ? null : wholeNumber(value);
    if (width !== null && !(width >= least && width <= most))
      return said`WIDTH is a number from ${least} to ${most}, or ${NONE} for ${most}.`;
    await keep(world, account, 'width', width);
    return said`WIDTH is now: ${width ?? most}`;
  },
};

const LANGUAGE: Setting = {
  name: 'LANGUAGE',
  show: ({ profiles, catalogues }, account) => {
    const code = profiles.of(account).language ?? ENGLISH;
    return catalogues().find(code)?.name ?? code;
  },
  async change(world, account, value) {
    const all = world.catalogues();
    const language = value === NONE ? all.find(ENGLISH) : all.find(value);
    if (language === undefined)
      return said`There is no such language here. There are ${all.all.map(({ code }) => code).join(', ')}.`;
    await keep(world, account, 'language', language.code === ENGLISH ? null : language.code);
    return said`LANGUAGE is now: ${language.name}`;
  },
};

/** For its owner: where mail is sent, the address is another one when both have shown that they are read. */
const OWN_EMAIL: Setting = {
  ...EMAIL,
  async change(world, account, value, call) {
    const { cookies, store } = world;
    const email = value === NONE ? null : value;
    const unchanged = (store.get(account).email ?? '').toLowerCase() === (email ?? '').toLowerCase();
    if (!cookies.isConfigured || unchanged || (email !== null && !isEmail(email)))
      return await EMAIL.change(world, account, value, call);
    await cookies.askEmail(account, email, originOf(call.user));
    return store.get(account).email === null || email === null
      ? 'A mail is on its way. What is in it is good for a day: COOKIE <cookie>.'
      : 'Two mails are on their way, to the address of before and to the new one. COOKIE takes both halves as one word.';
  },
};

/** For operators. */
export const EMAIL_AT_ONCE = EMAIL;

/** In the order in which SET shows them. */
export const SETTINGS: readonly Setting[] = [
  INFO,
  OWN_EMAIL,
  MAXLOGINS,
  toggle('PRIVMSG', 'privmsg'),
  STYLE,
  WIDTH,
  toggle('COLOR', 'color'),
  LANGUAGE,
];

export function findSetting(settings: readonly Setting[], word: string): Setting | undefined {
  return settings.find(({ name }) => name === word.toUpperCase());
}

/** NaN for what is no number of digits alone. */
export function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}
