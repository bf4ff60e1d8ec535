/** Commands of AuthServ by which operators write notes about accounts. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { CommandRow } from '../bots/command-row.ts';
import { notDone } from '../bots/refused-reply.ts';
import { isAccount, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { AuthWorld } from './auth-world.ts';
import { LEVELS, namedAccount, nameIn } from './operator-reach.ts';
import { wholeNumber } from './settings.ts';

export function noteCommands(world: AuthWorld): CommandRow[] {
  return [addNote(world), dropNote(world)];
}

function addNote(world: AuthWorld): CommandRow {
  return {
    name: 'ADDNOTE',
    needs: { level: LEVELS.notes },
    syntax: '<account or *nick> <text>',
    least: 2,
    most: null,
    effect: 'writes a note about an account, for operators',
    help: [
      'Writes something down about an account. Operators read it in ACCOUNTINFO, and its owner in MYDATA.',
    ],
    recorded: (call) => ({ account: nameIn(world, call.words[0]!) }),
    refusal(call) {
      const most = limits.noteBytes.default;
      if (Buffer.byteLength(call.from(1)) > most) return said`A note has up to ${most} bytes.`;
      const found = namedAccount(world, call.words[0]!);
      return isAccount(found) ? null : found;
    },
    async run(call) {
      const { store, profiles, writes } = world;
      const name = nameIn(world, call.words[0]!);
      const kept = await writes.write(() =>
        profiles.addNote(store.get(name), call.user.account!, call.from(1)),
      );
      if (!kept)
        throw notDone('conflict', said`An account has up to ${limits.notesPerAccount.default} notes.`);
      return [said`The note about ${name} is kept.`];
    },
  };
}

function dropNote(world: AuthWorld): CommandRow {
  return {
    name: 'DELNOTE',
    needs: { level: LEVELS.notes },
    syntax: '<account or *nick> <number>',
    least: 2,
    most: 2,
    effect: 'takes a note about an account away',
    help: ['Takes a note about an account away, by its number in ACCOUNTINFO.'],
    recorded: ({ words }) => ({ account: nameIn(world, words[0]!), note: words[1]!.slice(0, 16) }),
    refusal({ words }) {
      const found = namedAccount(world, words[0]!);
      return isAccount(found) ? null : found;
    },
    async run({ words }) {
      const { store, profiles, writes } = world;
      const name = nameIn(world, words[0]!);
      const number = wholeNumber(words[1]!);
      const there = await writes.write(() => {
        const account = store.get(name);
        const note = profiles.notes(account)[number - 1];
        return note !== undefined && profiles.dropNote(account, note.id);
      });
      if (!there) throw new SignalboxError('not_found', 'There is no note of that number.');
      return [said`The note about ${name} is taken away.`];
    },
  };
}
