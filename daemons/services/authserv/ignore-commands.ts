/** Commands of AuthServ about whom an owner wants to hear nothing of by way of bots. */
import { normalizeUserMask } from '../../irc/mask.ts';
import type { CommandRow } from '../bots/command-row.ts';
import { said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { AuthWorld } from './auth-world.ts';

export function ignoreCommands(world: AuthWorld): CommandRow[] {
  return [addIgnore(world), dropIgnore(world)];
}

/** What somebody typed as a mask; null where it is too long, or no word. */
function readIgnore(typed: string): string | null {
  const mask = normalizeUserMask(typed);
  return Buffer.byteLength(mask) > limits.maskBytes.default || /[\s\p{Cc}]/u.test(mask) ? null : mask;
}

function addIgnore({ store, profiles, writes }: AuthWorld): CommandRow {
  return {
    name: 'ADDIGNORE',
    needs: 'account',
    syntax: '[nick!user@host]',
    least: 0,
    most: 1,
    effect: 'has bots tell you nothing that comes from whom a mask covers; without one, lists your masks',
    help: [
      'Adds a mask of people of whom bots tell you nothing: neither what they pass on, nor that somebody there fails to log in as you.',
      'Without a mask it lists those that you have.',
    ],
    async run({ user, words }) {
      const account = store.get(user.account!);
      const [typed] = words;
      if (typed === undefined) {
        const masks = profiles.masks(account, 'ignores');
        return [masks.length === 0 ? 'You ignore nobody.' : said`You ignore: ${masks.join(', ')}`];
      }
      const mask = readIgnore(typed);
      if (mask === null) return ['That is no mask: expected nick!user@host.'];
      const outcome = await writes.write(() => profiles.addMask(store.still(account), mask, 'ignores'));
      if (outcome === 'known') return [said`You ignore ${mask} already.`];
      if (outcome === 'full')
        return [said`An account ignores up to ${limits.ignoresPerAccount.default} masks.`];
      return [said`You ignore ${mask}.`];
    },
  };
}

function dropIgnore({ store, profiles, writes }: AuthWorld): CommandRow {
  return {
    name: 'DELIGNORE',
    needs: 'account',
    syntax: '<nick!user@host>',
    least: 1,
    most: 1,
    effect: 'takes a mask of those away whom you ignore',
    help: ['Takes a mask away, so that bots tell you again what comes from there.'],
    async run({ user, words }) {
      const mask = readIgnore(words[0]!) ?? words[0]!;
      const account = store.get(user.account!);
      const there = await writes.write(() => profiles.dropMask(store.still(account), mask, 'ignores'));
      return [there ? said`You ignore ${mask} no more.` : said`You do not ignore ${mask.slice(0, 100)}.`];
    },
  };
}
