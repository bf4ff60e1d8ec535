/** Commands of AuthServ by which operators find out whether a password or an address is that of an account. */
import type { CommandRow } from '../bots/command-row.ts';
import { isAccount, said } from '../bots/reply.ts';
import { type AuthWorld, originOf } from './auth-world.ts';
import { below, LEVELS, namedAccount, nameIn, refusalFor } from './operator-reach.ts';
import { loginRefusal } from './refusal-texts.ts';
import { LOOKING_LEVEL } from './standing.ts';

export function checkCommands(world: AuthWorld): CommandRow[] {
  return [checkPass(world), checkEmail(world)];
}

function checkPass(world: AuthWorld): CommandRow {
  return {
    name: 'CHECKPASS',
    needs: { level: LEVELS.prove },
    syntax: '<account or *nick> <password>',
    least: 2,
    most: 2,
    effect: 'nothing',
    help: [
      'Tells whether a password is that of an account below you. It counts as logging in does, so nobody guesses by it.',
    ],
    recorded: (call) => ({ account: nameIn(world, call) }),
    refusal: (call) => refusalFor(world, call),
    async run(call) {
      const { name } = below(world, call);
      const refusal = await world.prove(name, call.words[1]!, originOf(call.user));
      if (refusal === null) return [said`That is the password of ${name}.`];
      return [
        refusal.why === 'credentials' ? said`That is not the password of ${name}.` : loginRefusal(refusal),
      ];
    },
  };
}

function checkEmail(world: AuthWorld): CommandRow {
  return {
    name: 'CHECKEMAIL',
    needs: { level: LOOKING_LEVEL },
    syntax: '<account or *nick> <e-mail>',
    least: 2,
    most: 2,
    effect: 'nothing',
    help: ['Tells whether an address is that of an account.'],
    refusal({ words }) {
      const found = namedAccount(world, words[0]!);
      return isAccount(found) ? null : found;
    },
    run({ words }) {
      const found = namedAccount(world, words[0]!);
      if (!isAccount(found)) return [found];
      const same = found.email?.toLowerCase() === words[1]!.toLowerCase();
      return [
        same ? said`That is the address of ${found.name}.` : said`That is not the address of ${found.name}.`,
      ];
    },
  };
}
