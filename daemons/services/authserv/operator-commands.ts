/** Commands of AuthServ for operators: accounts by their level, which change those below them, and what they do is written down. */
import { SignalboxError } from '../../../contract/errors.ts';
import { limits as accountLimits } from '../../identity/limits.ts';
import { isValidNick } from '../../irc/names.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { isAccount, type Reply, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { AuthWorld } from './auth-world.ts';
import { checkCommands } from './check-commands.ts';
import { readHostMask } from './host-mask.ts';
import { noteCommands } from './note-commands.ts';
import { below, LEVELS, meantAccount, namedAccount, nameIn, refusalFor, there } from './operator-reach.ts';
import { OPERATOR_SETTINGS, type OperatorSetting } from './operator-settings.ts';
import { findSetting, NONE } from './settings.ts';

export function operatorCommands(world: AuthWorld): CommandRow[] {
  return [
    ...[oset(world), oregister(world), ounregister(world), restore(world), rename(world), allowAuth(world)],
    ...noteCommands(world),
    ...checkCommands(world),
  ];
}

function oset(world: AuthWorld): CommandRow {
  const names = OPERATOR_SETTINGS.map(({ name }) => name).join(', ');
  const settingOf = ({ words }: CommandCall) =>
    findSetting(OPERATOR_SETTINGS, words[1] ?? '') as OperatorSetting | undefined;
  return {
    name: 'OSET',
    needs: { level: LEVELS.change },
    syntax: '<account or *nick> [setting] [value]',
    least: 1,
    most: null,
    effect: 'changes a setting of an account below you',
    help: [
      'Shows the settings of an account, or changes one of them; * takes it away.',
      'LEVEL (0 to 1000, below your own) says how much an operator may do, EPITHET what they are called.',
      'FLAGS are set as +n-h: n is kept however long it is unused, h helps on the network, b is a bot.',
      'SUSPENDED with a reason keeps everybody out. PASSWORD sets another one, EMAIL another address, without any cookie.',
    ],
    recorded: (call) =>
      call.words.length < 3
        ? null
        : {
            account: nameIn(world, call),
            setting: settingOf(call)?.name ?? '',
            value: settingOf(call)?.secret === true ? '' : call.from(2).slice(0, limits.infoBytes.default),
          },
    refusal(call) {
      const { words } = call;
      const first = meantAccount(world, call);
      if (!isAccount(first)) return first;
      // Whoever only looks need not be above.
      if (words.length < 3) return null;
      const setting = settingOf(call);
      if (setting === undefined)
        return said`There is no setting ${words[1]!.slice(0, 32)}. There are ${names}.`;
      return (
        world.standing.outranked(call.user, first) ?? setting.refusal?.(world, call, call.from(2)) ?? null
      );
    },
    async run(call) {
      const setting = settingOf(call);
      if (call.words.length < 3) return shownSettings(world, call, setting);
      const account = below(world, call);
      return [await setting!.change(world, account.name, call.from(2), call)];
    },
  };
}

function shownSettings(
  world: AuthWorld,
  { words }: CommandCall,
  setting: OperatorSetting | undefined,
): Reply[] {
  const found = namedAccount(world, words[0]!);
  if (!isAccount(found)) return [found];
  const shown = words.length === 1 ? OPERATOR_SETTINGS : OPERATOR_SETTINGS.filter((one) => one === setting);
  return [said`Account ${found.name}`, ...shown.map((one) => said`${one.name}: ${one.show(world, found)}`)];
}

function oregister(world: AuthWorld): CommandRow {
  return {
    name: 'OREGISTER',
    needs: { level: LEVELS.change },
    syntax: '<account> <password> [user@host or *] [e-mail]',
    least: 2,
    most: 4,
    effect: 'makes an account for somebody else',
    help: [
      'Makes an account for somebody, who need confirm nothing; with a host mask it may be used from there alone.',
    ],
    recorded: ({ words }) => ({ account: words[0]!.slice(0, 64) }),
    refusal({ words }) {
      const [account = '', , mask = NONE] = words;
      const longest = Math.min(world.longestAccount(), accountLimits.accountNameLength.default);
      if (account.length > longest)
        return said`This network holds names of accounts with up to ${longest} characters.`;
      return mask !== NONE && readHostMask(mask) === null
        ? 'That is no host mask: expected user@host.'
        : null;
    },
    async run({ words }) {
      const [account = '', password = '', typed = NONE, email = null] = words;
      const made = await world.ask.create({ account, password, email });
      const mask = typed === NONE ? null : readHostMask(typed);
      if (mask !== null)
        await world.writes.write(() => world.profiles.addMask(world.store.get(made.account), mask));
      return [said`The account ${made.account} is registered.`];
    },
  };
}

function ounregister(world: AuthWorld): CommandRow {
  return {
    name: 'OUNREGISTER',
    needs: { level: LEVELS.end },
    syntax: '<account or *nick>',
    least: 1,
    most: 1,
    effect: 'deletes an account below you and all that belongs to it',
    help: ['Deletes an account. RESTORE brings it back while it can be.'],
    recorded: (call) => ({ account: nameIn(world, call) }),
    refusal: (call) => refusalFor(world, call),
    async run(call) {
      const { name } = below(world, call);
      await world.drop(name, call.user.account!);
      return [said`The account ${name} is deleted.`];
    },
  };
}

function restore(world: AuthWorld): CommandRow {
  return {
    name: 'RESTORE',
    needs: { level: LEVELS.end },
    syntax: '<account>',
    least: 1,
    most: 1,
    effect: 'brings an account back that was deleted',
    help: [
      'Brings an account back that was deleted lately, with its password, nicks and channels as far as nobody else has them.',
    ],
    recorded: ({ words }) => ({ account: words[0]!.slice(0, 64) }),
    async run({ user, words }) {
      const name = await world.restore(words[0]!, world.standing.levelOf(user) ?? 0);
      return [said`The account ${name} is back.`];
    },
  };
}

function rename(world: AuthWorld): CommandRow {
  return {
    name: 'RENAME',
    needs: { level: LEVELS.end },
    syntax: '<account or *nick> <new name>',
    least: 2,
    most: 2,
    effect: 'calls an account below you something else',
    help: ['Calls an account something else, on the network too. Nicks, channels and logins stay.'],
    recorded: (call) => ({ account: nameIn(world, call), name: call.words[1]!.slice(0, 64) }),
    refusal(call) {
      const name = call.words[1]!;
      const longest = Math.min(world.longestAccount(), accountLimits.accountNameLength.default);
      if (name.length > longest)
        return said`This network holds names of accounts with up to ${longest} characters.`;
      if (!isValidNick(name, longest))
        return 'An account is called like a nick: letters, digits and []\\`_^{|}-, and no digit first.';
      return refusalFor(world, call);
    },
    async run(call) {
      const { name } = below(world, call);
      const next = call.words[1]!;
      await world.rename(name, next);
      return [said`The account ${name} is called ${next} now.`];
    },
  };
}

function allowAuth(world: AuthWorld): CommandRow {
  /** Whom the nick meant that was said: another may have it by the time that it is written down. */
  const targets = new WeakMap<CommandCall, ViewUser>();
  return {
    name: 'ALLOWAUTH',
    needs: { level: LEVELS.allow },
    syntax: '<nick> [account]',
    least: 1,
    most: 2,
    effect:
      'lets somebody log in to an account below you from where its host masks do not let them; without an account, no more',
    help: [
      'Lets somebody log in to an account from where they are, whatever host masks it has. They still need the password.',
      'It holds while they stay on the network. Without an account it is taken back.',
    ],
    recorded: (call) => ({
      nick: call.words[0]!.slice(0, 64),
      account: call.words[1] === undefined ? '' : nameIn(world, call, 1),
    }),
    refusal(call) {
      const { user, words } = call;
      const target = world.view()?.byNick(words[0]!);
      if (target === undefined) return said`Nobody is called ${words[0]!.slice(0, 32)}.`;
      targets.set(call, target);
      if (words[1] === undefined) return null;
      if (target.account !== null) return said`${target.nick} is logged in to ${target.account}.`;
      const found = meantAccount(world, call, 1);
      return isAccount(found) ? world.standing.outranked(user, found) : found;
    },
    run(call) {
      const { bot, words } = call;
      const target = targets.get(call)!;
      if (world.view()?.resolve(target) !== target) throw new SignalboxError('not_found', 'They have left.');
      const account = words[1] === undefined ? null : there(world, call);
      if (account === null) {
        return [
          world.allowed.delete(target)
            ? said`${target.nick} logs in as everybody does.`
            : said`${target.nick} was allowed nothing.`,
        ];
      }
      world.allowed.set(target, account.id);
      world.tell(
        bot,
        target,
        said`You may log in to the account ${account.name} from where you are: AUTH ${account.name} <password>`,
      );
      return [said`${target.nick} may log in to ${account.name} from where they are.`];
    },
  };
}
