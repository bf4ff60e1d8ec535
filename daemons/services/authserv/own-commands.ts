/** Commands of AuthServ by which owners look after their account. */
import { isEmail } from '../../identity/account-keeper.ts';
import { limits as accountLimits } from '../../identity/limits.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { limits } from '../limits.ts';
import type { AuthWorld } from './auth-world.ts';
import { coversUser, ownMask, readHostMask, whereaboutsOf } from './host-mask.ts';

export function ownCommands(world: AuthWorld): CommandRow[] {
  return [set(world), addMask(world), dropMask(world), addPrint(world), dropPrint(world)];
}

/** A setting: what it is now, and what a word makes of it; the words are what its owner reads. */
interface Setting {
  readonly name: string;
  show(world: AuthWorld, account: string): string;
  change(world: AuthWorld, account: string, value: string): string | Promise<string>;
}

/** Takes a setting away. */
const NONE = '*';

const INFO: Setting = {
  name: 'INFO',
  show: ({ store, profiles }, account) => profiles.of(store.get(account)).info ?? 'nothing',
  async change({ store, profiles, writes }, account, value) {
    if (Buffer.byteLength(value) > limits.infoBytes.default)
      return `INFO has up to ${limits.infoBytes.default} bytes.`;
    const info = value === NONE ? null : value;
    await writes.write(() => profiles.setInfo(store.get(account), info));
    return `INFO is now: ${info ?? 'nothing'}`;
  },
};

const EMAIL: Setting = {
  name: 'EMAIL',
  show: ({ store }, account) => store.get(account).email ?? 'nothing',
  async change({ store, writes }, account, value) {
    const email = value === NONE ? null : value;
    if (email !== null && !isEmail(email)) return 'That is no e-mail address.';
    await writes.write(() => store.setEmail(store.get(account), email));
    return `EMAIL is now: ${email ?? 'nothing'}`;
  },
};

const MAXLOGINS: Setting = {
  name: 'MAXLOGINS',
  show: ({ store, profiles }, account) => String(mostLogins(profiles.of(store.get(account)).maxLogins)),
  async change({ store, profiles, writes }, account, value) {
    const most = limits.loginsPerAccountMost.default;
    const number = value === NONE ? null : Number(value);
    if (number !== null && !(Number.isInteger(number) && number >= 1 && number <= most))
      return `MAXLOGINS is a number from 1 to ${most}, or ${NONE} for ${limits.loginsPerAccount.default}.`;
    await writes.write(() => profiles.setMaxLogins(store.get(account), number));
    return `MAXLOGINS is now: ${mostLogins(number)}`;
  },
};

const SETTINGS: readonly Setting[] = [INFO, EMAIL, MAXLOGINS];

/** Clients that may be logged in to an account at once. */
export function mostLogins(set: number | null): number {
  return set ?? limits.loginsPerAccount.default;
}

function set(world: AuthWorld): CommandRow {
  const names = SETTINGS.map(({ name }) => name).join(', ');
  return {
    name: 'SET',
    needs: 'account',
    syntax: '[setting] [value]',
    least: 0,
    most: null,
    effect: 'changes a setting of your account',
    help: [
      'Shows your settings, or changes one of them; * takes it away.',
      'INFO is what others read about you, EMAIL only you and administrators see,',
      'MAXLOGINS says how many clients may be logged in to your account at once.',
    ],
    run(call) {
      const account = call.user.account!;
      const [word] = call.words;
      if (word === undefined) return SETTINGS.map((one) => `${one.name}: ${one.show(world, account)}`);
      const setting = SETTINGS.find(({ name }) => name === word.toUpperCase());
      if (setting === undefined) return [`There is no setting ${word.slice(0, 32)}. There are ${names}.`];
      const value = call.from(1);
      if (value === '') return [`${setting.name}: ${setting.show(world, account)}`];
      return Promise.resolve(setting.change(world, account, value)).then((line) => [line]);
    },
  };
}

function addMask({ store, profiles, writes }: AuthWorld): CommandRow {
  return {
    name: 'ADDMASK',
    needs: 'account',
    syntax: '[user@host]',
    least: 0,
    most: 1,
    effect: 'lets your account be used from a host mask, and from others that are not listed no more',
    help: [
      'Adds a host mask; without one, that of where you are. Without any mask an account may be used from anywhere.',
      'The host may be a network, such as *@192.0.2.0/24. Before a client is on the network only its address is known,',
      'so logging in by SASL needs a mask of addresses with the user name *.',
    ],
    async run({ user, words }) {
      const mask = readHostMask(words[0] ?? ownMask(user));
      if (mask === null) return ['That is no host mask: expected user@host.'];
      const account = store.get(user.account!);
      const others = profiles.masks(account);
      if (!covers([...others, mask], user))
        return ['Neither that mask nor another of yours covers where you are: you would lock yourself out.'];
      const outcome = await writes.write(() => profiles.addMask(store.get(account.name), mask));
      if (outcome === 'known') return [`${mask} is among your masks already.`];
      if (outcome === 'full') return [`An account has up to ${limits.masksPerAccount.default} masks.`];
      return [`${account.name} may be used from ${mask}.`];
    },
  };
}

function dropMask({ store, profiles, writes }: AuthWorld): CommandRow {
  return {
    name: 'DELMASK',
    needs: 'account',
    syntax: '<user@host>',
    least: 1,
    most: 1,
    effect: 'takes a host mask of your account away',
    help: ['Takes a host mask away. After the last one the account may be used from anywhere.'],
    async run({ user, words }) {
      const mask = readHostMask(words[0]!) ?? words[0]!;
      const account = store.get(user.account!);
      const left = profiles.masks(account).filter((one) => one !== mask);
      if (left.length > 0 && !covers(left, user))
        return ['No other mask of yours covers where you are: you would lock yourself out.'];
      const there = await writes.write(() => profiles.dropMask(store.get(account.name), mask));
      return [there ? `${mask} is taken away.` : `${mask.slice(0, 100)} is not among your masks.`];
    },
  };
}

function covers(masks: readonly string[], user: CommandCall['user']): boolean {
  return masks.some((mask) => coversUser(mask, whereaboutsOf(user)));
}

/** A SHA-256 as people write it, with or without colons. */
function readFingerprint(typed: string): string | null {
  const hex = typed.replaceAll(':', '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null;
}

const NO_PRINT =
  'Expected the SHA-256 fingerprint of a certificate: 64 digits of hex, with or without colons.';

function addPrint({ ask }: AuthWorld): CommandRow {
  return {
    name: 'ADDCERTFP',
    needs: 'account',
    syntax: '<fingerprint>',
    least: 1,
    most: 1,
    effect: 'lets whoever has a certificate log in to your account',
    help: ['Adds the SHA-256 fingerprint of a client certificate, with which SASL EXTERNAL logs you in.'],
    async run({ user, words }) {
      const fingerprint = readFingerprint(words[0]!);
      if (fingerprint === null) return [NO_PRINT];
      const { outcome } = await ask.certificate({ account: user.account!, fingerprint, add: true });
      if (outcome === 'taken') return ['That certificate is of another account.'];
      if (outcome === 'full')
        return [`An account has up to ${accountLimits.certificatesPerAccount.default} certificates.`];
      return ['The certificate logs you in from now on.'];
    },
  };
}

function dropPrint({ ask }: AuthWorld): CommandRow {
  return {
    name: 'DELCERTFP',
    needs: 'account',
    syntax: '<fingerprint>',
    least: 1,
    most: 1,
    effect: 'takes a certificate of your account away',
    help: ['Takes a certificate away.'],
    async run({ user, words }) {
      const fingerprint = readFingerprint(words[0]!);
      if (fingerprint === null) return [NO_PRINT];
      const { outcome } = await ask.certificate({ account: user.account!, fingerprint, add: false });
      return [
        outcome === 'done' ? 'The certificate logs nobody in any more.' : 'That certificate is not yours.',
      ];
    },
  };
}
