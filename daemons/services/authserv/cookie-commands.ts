/** Commands of AuthServ that go by way of mail: cookies. */
import { networkKey } from '../../runtime/net/ip-address.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { phrase, type Reply, said } from '../bots/reply.ts';
import { type AuthWorld, originOf } from './auth-world.ts';
import type { Redeemed } from './cookie-desk.ts';
import { ownMask } from './host-mask.ts';
import { letIn } from './login-commands.ts';
import { loginRefusal } from './refusal-texts.ts';

export function cookieCommands(world: AuthWorld): CommandRow[] {
  return [cookie(world), authCookie(world), resetPass(world), dropCookie(world)];
}

/** What somebody reads who needs mail where none is sent. */
const NO_MAIL: Reply = 'No mail is sent here, so there are no cookies. Ask the operators of the network.';
export const LOOK_INTO_MAIL: Reply =
  'A mail is on its way. What is in it is good for a day: COOKIE <account> <cookie>.';

/** Why nobody gets a cookie for an account who is not logged in to it. */
function refusalFor(world: AuthWorld, { user, words }: CommandCall): Reply | null {
  if (!world.cookies.isConfigured) return NO_MAIL;
  if (user.account !== null) return said`You are logged in to ${user.account}.`;
  const account = world.store.find(words[0]!);
  if (account === undefined) return said`There is no account ${words[0]!.slice(0, 64)}.`;
  return account.email === null ? said`${account.name} has no e-mail address.` : null;
}

function cookie(world: AuthWorld): CommandRow {
  return {
    name: 'COOKIE',
    needs: 'anybody',
    syntax: '[account] <cookie>',
    least: 1,
    most: 2,
    effect:
      'does what a mail said that it does: confirms an account, sets a password or address, or logs you in',
    help: [
      'Takes the cookie that a mail brought; for a new address, the two halves of two mails as one word.',
      'Without the account it is for the one that you are logged in to. A cookie is good for a day, and once.',
    ],
    async run(call) {
      const { user, words } = call;
      const name = words.length === 2 ? words[0]! : user.account;
      if (name === null) return [said`Expected: ${'COOKIE <account> <cookie>'}`];
      const known = world.store.find(name);
      if (user.account !== null && known?.name !== user.account)
        return [said`You are logged in to ${user.account}.`];
      const origin = originOf(user);
      const answer = await world.cookies.redeem(name, words.at(-1)!, origin, ownMask(user));
      if (answer.kind === 'refused')
        return [
          answer.why === 'credentials'
            ? 'That is no cookie of that account, or no longer.'
            : loginRefusal(answer),
        ];
      const { account, what, email } = answer;
      const not = notDone(answer);
      if (not !== null) return [not];
      if (what === 'email_change')
        return [
          email === null
            ? said`${account} has no e-mail address any more.`
            : said`The e-mail address of ${account} is ${email} now.`,
        ];
      const done: Readonly<Record<typeof what, Reply>> = {
        activation: said`The account ${account} is confirmed.`,
        password_change: said`The password of ${account} is changed.`,
        allowauth: said`${account} may be used from where you are.`,
      };
      return [done[what], ...(user.account === null ? await letIn(world, call, account) : [])];
    },
  };
}

/** What somebody reads whose cookie was right, and who has not got what it is for; null where they have. */
function notDone({ outcome, what, account, email }: Extract<Redeemed, { kind: 'done' }>): Reply | null {
  if (outcome === 'done') return null;
  if (outcome === 'delayed')
    return 'The login service does not answer now. What the cookie is for is done by itself when it does.';
  if (what === 'activation')
    return said`The account ${account} cannot be made: the login service has somebody of that name or address. Register another one.`;
  return what === 'email_change'
    ? said`${account} keeps its e-mail address: the login service does not take ${email ?? NONE_AT_ALL}.`
    : said`The password of ${account} stays as it was: the login service does not take the new one. Ask for another one.`;
}

const NONE_AT_ALL = phrase('none');

function authCookie(world: AuthWorld): CommandRow {
  return {
    name: 'AUTHCOOKIE',
    needs: 'anybody',
    syntax: '<account>',
    least: 1,
    most: 1,
    effect: 'has a mail bring you a cookie that logs you in from where your host masks do not let you',
    help: [
      'For those who are where no mask of their account covers them: a mail to the address of the account brings a cookie.',
      'COOKIE <account> <cookie> then logs you in, and lets the account be used from there.',
    ],
    refusal: (call) => refusalFor(world, call),
    async run({ user, words }) {
      await world.cookies.askLogin(words[0]!, originOf(user));
      return [LOOK_INTO_MAIL];
    },
  };
}

function resetPass(world: AuthWorld): CommandRow {
  return {
    name: 'RESETPASS',
    needs: 'anybody',
    syntax: '<account> <new password>',
    least: 2,
    most: 2,
    effect: 'has a mail bring you a cookie that puts a new password in place',
    help: [
      'For those who have forgotten their password: a mail to the address of the account brings a cookie.',
      'COOKIE <account> <cookie> then puts the new password in place and logs you in. Until then the old one holds.',
    ],
    refusal: (call) => refusalFor(world, call),
    async run({ user, words }) {
      const [account = '', password = ''] = words;
      const origin = originOf(user);
      const secret = await world.secretFor(account, password, networkKey(origin.address));
      await world.cookies.askPassword(account, secret, origin);
      return [LOOK_INTO_MAIL];
    },
  };
}

function dropCookie(world: AuthWorld): CommandRow {
  return {
    name: 'DELCOOKIE',
    needs: 'account',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'takes back a cookie of your account',
    help: [
      'Takes back the cookie that was asked for, so that it is good for nothing and another one can be asked for.',
    ],
    async run({ user }) {
      const there = await world.cookies.takeBack(user.account!);
      return [there ? 'The cookie is taken back.' : 'No cookie of your account is under way.'];
    },
  };
}
