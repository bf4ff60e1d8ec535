/** Commands of AuthServ by which owners look after their account. */
import { limits as accountLimits } from '../../identity/limits.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { AuthWorld } from './auth-world.ts';
import { coversUser, ownMask, readHostMask, whereaboutsOf } from './host-mask.ts';
import { findSetting, SETTINGS, type Setting } from './settings.ts';

export function ownCommands(world: AuthWorld): CommandRow[] {
  return [set(world), addMask(world), dropMask(world), addPrint(world), dropPrint(world), vacation(world)];
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
      'PRIVMSG on has bots send messages instead of notices, WIDTH is the longest line of theirs in bytes, COLOR on draws names in bold,',
      'STYLE is NORMAL for tables or CLEAN for a sentence a row, LANGUAGE one of those that are here.',
    ],
    run(call) {
      const account = call.user.account!;
      const [word] = call.words;
      const show = (one: Setting) => said`${one.name}: ${one.show(world, world.store.get(account))}`;
      if (word === undefined) return SETTINGS.map(show);
      const setting = findSetting(SETTINGS, word);
      if (setting === undefined) return [said`There is no setting ${word.slice(0, 32)}. There are ${names}.`];
      const value = call.from(1);
      if (value === '') return [show(setting)];
      return Promise.resolve(setting.change(world, account, value, call)).then((reply) => [reply]);
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
      const outcome = await writes.write(() => profiles.addMask(store.still(account), mask));
      if (outcome === 'known') return [said`${mask} is among your masks already.`];
      if (outcome === 'full') return [said`An account has up to ${limits.masksPerAccount.default} masks.`];
      return [said`${account.name} may be used from ${mask}.`];
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
      const there = await writes.write(() => profiles.dropMask(store.still(account), mask));
      return [there ? said`${mask} is taken away.` : said`${mask.slice(0, 100)} is not among your masks.`];
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

const PENDING = 'The login service does not answer now. That is done by itself when it does.';

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
      if (outcome === 'pending') return [PENDING];
      if (outcome === 'full')
        return [said`An account has up to ${accountLimits.certificatesPerAccount.default} certificates.`];
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
      if (outcome === 'pending') return [PENDING];
      return [
        outcome === 'done' ? 'The certificate logs nobody in any more.' : 'That certificate is not yours.',
      ];
    },
  };
}

function vacation({ store, profiles, writes, unused }: AuthWorld): CommandRow {
  return {
    name: 'VACATION',
    needs: 'account',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'keeps your account twice as long while you are away, until you log in again',
    help: [
      'For those who are away for longer: an account that nobody uses is kept twice as long. Logging in again ends it.',
    ],
    async run({ user }) {
      const before = store.get(user.account!);
      const account = await writes.write(() => {
        const found = store.still(before);
        profiles.set(found, 'vacationSince', unused.now());
        return found;
      });
      const until = unused.keptUntil(account);
      if (until === null) return ['Enjoy it. Accounts are kept here however long they are unused.'];
      return [said`Enjoy it. Without a login your account is kept until ${new Date(until).toUTCString()}.`];
    },
  };
}
