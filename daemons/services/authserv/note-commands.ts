/** Commands of AuthServ by which operators write notes about accounts. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { CommandRow } from '../bots/command-row.ts';
import { notDone } from '../bots/refused-reply.ts';
import { isAccount, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { AuthWorld } from './auth-world.ts';
import { LEVELS, meantAccount, nameIn, there } from './operator-reach.ts';
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
    recorded: (call) => ({ account: nameIn(world, call) }),
    refusal(call) {
      const most = limits.noteBytes.default;
      if (Buffer.byteLength(call.from(1)) > most) return said`A note has up to ${most} bytes.`;
      const found = meantAccount(world, call);
      return isAccount(found) ? null : found;
    },
    async run(call) {
      const { store, profiles, writes } = world;
      const account = there(world, call);
      const kept = await writes.write(() =>
        profiles.addNote(store.still(account), call.user.account!, call.from(1)),
      );
      if (!kept)
        throw notDone('conflict', said`An account has up to ${limits.notesPerAccount.default} notes.`);
      return [said`The note about ${account.name} is kept.`];
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
    recorded: (call) => ({ account: nameIn(world, call), note: call.words[1]!.slice(0, 16) }),
    refusal(call) {
      const found = meantAccount(world, call);
      return isAccount(found) ? null : found;
    },
    async run(call) {
      const { store, profiles, writes } = world;
      const account = there(world, call);
      const number = wholeNumber(call.words[1]!);
      const dropped = await writes.write(() => {
        const note = profiles.notes(store.still(account))[number - 1];
        return note !== undefined && profiles.dropNote(account, note.id);
      });
      if (!dropped) throw new SignalboxError('not_found', 'There is no note of that number.');
      return [said`The note about ${account.name} is taken away.`];
    },
  };
}
