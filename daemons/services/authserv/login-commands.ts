/** Commands of AuthServ that make accounts and let people in. */
import type { LoggedIn } from '../../../contract/accounts.ts';
import type { StoredAccount } from '../../identity/store/account-store.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { notDone } from '../bots/refused-reply.ts';
import { counted, type Reply, said } from '../bots/reply.ts';
import { type AuthWorld, originOf } from './auth-world.ts';
import { loginRefusal, passwordRefusal, registerRefusal } from './refusal-texts.ts';
import { timedLogin } from './timed-login.ts';

export function loginCommands(world: AuthWorld): CommandRow[] {
  return [register(world), auth(world), pass(world), ghost(world), unregister(world)];
}

/** What somebody reads who was let in. */
function welcome(call: CommandCall, world: AuthWorld, { account, failures }: LoggedIn): Reply[] {
  const { created } = world.store.get(account);
  if (!call.stands) return [];
  // Cut to what the network holds it would be another account.
  const longest = world.longestAccount();
  if (account.length > longest)
    return [said`This network holds names of accounts with up to ${longest} characters.`];
  if (!call.logIn(account, created))
    return ['This network cannot change an account that somebody is logged in to: reconnect first.'];
  const lines: Reply[] = [said`You are logged in to the account ${account}.`];
  if (failures !== null) {
    const { count, address, time } = failures;
    lines.push(
      said`${counted(count, 'login', 'logins')} failed since you were here last, the latest from ${address} on ${new Date(time).toUTCString()}.`,
    );
  }
  return lines;
}

/** Lets somebody in who has proved otherwise than by a password that the account is theirs. */
export async function letIn(world: AuthWorld, call: CommandCall, account: string): Promise<Reply[]> {
  if (!call.stands) return [];
  const answer = await world.proven(account, originOf(call.user));
  return answer.kind === 'refused' ? [loginRefusal(answer)] : welcome(call, world, answer.login);
}

function register(world: AuthWorld): CommandRow {
  return {
    name: 'REGISTER',
    needs: 'anybody',
    syntax: '<account> <password> [e-mail]',
    least: 2,
    most: 3,
    effect: 'makes an account, and logs you in to it',
    help: [
      'Makes an account of your own, to which you are logged in then.',
      'The account is called as you say, which need not be your nick.',
    ],
    run: (call) => {
      const [account = '', password = '', email] = call.words;
      return makeAccount(world, call, account, password, email ?? null);
    },
  };
}

/** Makes an account for whoever asks. */
export async function makeAccount(
  world: AuthWorld,
  call: CommandCall,
  account: string,
  password: string,
  email: string | null,
): Promise<Reply[]> {
  const { user } = call;
  if (user.account !== null)
    return [said`You are logged in to ${user.account}. Whoever has an account needs no other one.`];
  const longest = world.longestAccount();
  if (account.length > longest)
    return [said`This network holds names of accounts with up to ${longest} characters.`];
  const answer = await world.ask.register({ account, password, email, origin: originOf(user) });
  if (answer.kind === 'refused') return [registerRefusal(answer)];
  if (answer.kind === 'unconfirmed')
    return [
      said`The account ${answer.account} is yours when you have confirmed it: a mail brings a cookie, which is good for a day.`,
      said`Then say: COOKIE ${answer.account} <cookie>`,
    ];
  return [said`The account ${answer.login.account} is yours.`, ...welcome(call, world, answer.login)];
}

function auth(world: AuthWorld): CommandRow {
  return {
    name: 'AUTH',
    aliases: ['IDENTIFY', 'LOGIN'],
    needs: 'anybody',
    syntax: '[account] <password>',
    least: 1,
    most: 2,
    effect: 'logs you in',
    help: [
      'Logs you in to an account; without its name, to the one of your nick.',
      'Use TLS, or SASL with SCRAM-SHA-256, where the way to the server may be listened to.',
    ],
    async run(call) {
      const { user, words } = call;
      const nick = words.length === 1 ? user.nick : words[0]!;
      const known = world.store.ownerOf(nick);
      if (known !== undefined && world.standing.accountOf(user)?.id === known.id)
        return [said`You are logged in to ${known.name} already.`];
      const from = { ...originOf(user), allowed: world.allowed.get(user) ?? null };
      return await timedLogin(
        world,
        user,
        'AUTH',
        from,
        (origin) => world.ask.identify({ nick, password: words.at(-1)!, origin }),
        (answer) => (answer.kind === 'refused' ? [loginRefusal(answer)] : welcome(call, world, answer.login)),
      );
    },
  };
}

function pass(world: AuthWorld): CommandRow {
  return {
    name: 'PASS',
    needs: 'account',
    syntax: '<old password> <new password>',
    least: 2,
    most: 2,
    effect: 'changes the password of your account',
    help: ['Takes another password. Whoever is logged in stays so.'],
    async run({ user, words }) {
      const [password = '', next = ''] = words;
      const account = user.account!;
      const answer = await world.ask.changePassword({ account, password, next, origin: originOf(user) });
      return [
        answer.kind === 'refused' ? passwordRefusal(answer) : said`The password of ${account} is changed.`,
      ];
    },
  };
}

function ghost(world: AuthWorld): CommandRow {
  return {
    name: 'GHOST',
    needs: 'account',
    syntax: '<nick>',
    least: 1,
    most: 1,
    effect: 'disconnects another client that is logged in to your account',
    help: ['Disconnects a client of yours that hangs, or that you cannot reach, so that its nick is free.'],
    run({ user, words }) {
      const { standing, view } = world;
      const [nick = ''] = words;
      const victim = view()?.byNick(nick);
      if (victim === undefined) return [said`Nobody is called ${nick.slice(0, 32)}.`];
      if (victim === user) return ['That is you.'];
      if (standing.accountOf(victim)?.id !== standing.accountOf(user)!.id)
        return [said`${victim.nick} is not logged in to your account.`];
      world.kill(victim, `Ghost, by ${user.nick} of the same account`);
      return [said`${victim.nick} is disconnected.`];
    },
  };
}

function unregister(world: AuthWorld): CommandRow {
  /** The account whose password was said. */
  const proved = new WeakMap<CommandCall, StoredAccount>();
  return {
    name: 'UNREGISTER',
    needs: 'account',
    syntax: '<password>',
    least: 1,
    most: 1,
    effect: 'deletes your account and all that belongs to it',
    help: [
      'Deletes your account, with its nicks, certificates, masks and channels.',
      'Operators can bring it back for a few days; after that nothing is left of it.',
    ],
    recorded: (call) => ({ account: proved.get(call)!.name }),
    async refusal(call) {
      const { user, words } = call;
      const account = world.standing.accountOf(user)!;
      const refusal = await world.prove(account.name, words[0]!, originOf(user));
      if (refusal !== null) return loginRefusal(refusal);
      proved.set(call, account);
      return null;
    },
    async run(call) {
      const { id, name } = proved.get(call)!;
      // They may be logged in to another one by now, whose password they have not said.
      if (world.standing.accountOf(call.user)?.id !== id)
        throw notDone('conflict', said`You are not logged in to ${name} any more.`);
      await world.drop(name, 'its owner');
      return [said`The account ${name} is deleted.`];
    },
  };
}
