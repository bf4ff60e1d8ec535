/** What all commands that set or lift a ban have in common, whatever the ban is of: a mask, minutes before it, a reason. */
import { N } from '../../irc/numerics.ts';
import type { BanSaved } from '../../runtime/net/ban-saver.ts';
import type { CommandServer } from '../command-server.ts';
import type { NetworkBanKind } from '../network-bans/network-ban.ts';
import type { BanKind } from '../server-bans.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';
import { type DeedOutcome, describeOper, perform, tell } from './deed.ts';

/** Longest duration, a year in minutes. */
export const MAX_BAN_MINUTES = 525_600;

/** The list on its way to the disk. */
export type Saving = BanSaved | Promise<BanSaved>;

/** A ban as its operator gives it. */
export interface GivenBan {
  readonly mask: string;
  readonly reason: string;
  readonly by: string;
  /** What an exception spares; absent for a ban. */
  readonly spares?: string;
}

/** How bans of one kind are set and lifted. */
export interface BanWay {
  readonly kind: BanKind | NetworkBanKind;
  /** The flag that an operator needs. */
  readonly flag: string;
  /** The mask in a usage line. */
  readonly what: string;
  /** @param minutes null for none; 0 is as long as by default. */
  problemWith(server: CommandServer, mask: string, minutes: number | null, spares?: string): string | null;
  /** Whether letters may stand between mask and reason: what an exception spares. */
  readonly spares?: boolean;
  /** The mask that is audited when it is set. */
  canonical(mask: string): string;
  /** Sets a ban that was found right; why not as text, for the list may have become full since. */
  set(
    server: CommandServer,
    given: GivenBan,
    minutes: number | null,
  ): string | { readonly dropped: Promise<number>; readonly saving: Saving };
  has(server: CommandServer, mask: string): boolean;
  /** Why there is nothing to lift. */
  missing(mask: string): string;
  /** The mask that is audited when it is lifted. */
  lifted(mask: string): string;
  /** Null where there is none. */
  lift(server: CommandServer, mask: string, by: string): Saving | null;
}

/** A command that sets bans. */
export function banCommand(name: string, way: BanWay, summary: string): Command {
  return {
    name,
    minParams: 1,
    oper: way.flag,
    help: [
      `${name} [<minutes>] ${way.what} ${way.spares === true ? '[<kinds>] ' : ''}[:<reason>]`,
      `${summary} Operators only.`,
    ],
    run(server, client, params) {
      const minutes = parseMinutes(params[0] ?? '');
      const [mask = '', ...words] = minutes === null ? params : params.slice(1);
      const spares = way.spares === true && words.length > 1 ? words.shift() : undefined;
      const { 0: reason = 'No reason given' } = words;
      if (mask === '') {
        client.reply(N.ERR_NEEDMOREPARAMS, name);
        return;
      }
      const problem = way.problemWith(server, mask, minutes, spares);
      if (problem !== null) {
        tell(client, `${name} failed: ${problem}`);
        return;
      }
      const by = describeOper(client);
      perform(server, client, {
        command: name,
        args: { mask: way.canonical(mask), ...(spares === undefined ? {} : { spares }), reason, minutes },
        flag: way.flag,
        unrecorded: 'run',
        async carryOut() {
          const given = spares === undefined ? { mask, reason, by } : { mask, reason, by, spares };
          const outcome = way.set(server, given, minutes);
          if (typeof outcome === 'string') return failed(client, name, 'refused', outcome);
          return savedOutcome(client, name, `disconnected ${await outcome.dropped} clients`, outcome.saving);
        },
      });
    },
  };
}

/** A command that lifts bans. */
export function unbanCommand(name: string, way: BanWay, summary: string): Command {
  return {
    name,
    minParams: 1,
    oper: way.flag,
    help: [`${name} ${way.what}`, `${summary} Operators only.`],
    run(server, client, params) {
      const mask = params[0] ?? '';
      const missing = way.missing(mask);
      if (!way.has(server, mask)) {
        tell(client, `${name} failed: ${missing}`);
        return;
      }
      const by = describeOper(client);
      perform(server, client, {
        command: name,
        args: { mask: way.lifted(mask) },
        flag: way.flag,
        // As the commands of the window and of the command line: shutting out must work, letting in can wait.
        unrecorded: 'refuse',
        carryOut() {
          const saving = way.lift(server, mask, by);
          if (saving === null) return failed(client, name, 'not_found', missing);
          return savedOutcome(client, name, 'lifted', saving);
        },
      });
    },
  };
}

function failed(client: LocalClient, name: string, code: string, problem: string): DeedOutcome {
  tell(client, `${name} failed: ${problem}`);
  return { ok: false, outcome: `${code}: ${problem}` };
}

/** What came of a change of the list; its operator is told when it is not on disk. */
export async function savedOutcome(
  client: LocalClient,
  name: string,
  done: string,
  saving: Saving,
): Promise<DeedOutcome> {
  const outcome = await saving;
  if (outcome.saved) return { ok: true, outcome: done };
  const { code, message } = outcome.warning;
  tell(client, `${name}: ${message}`);
  return { ok: true, outcome: `${done}; ${code}: ${message}` };
}

/** Minutes that stand before a mask; null where no number does. */
function parseMinutes(text: string): number | null {
  const value = Number(text);
  return text !== '' && Number.isInteger(value) && value >= 0 && value <= MAX_BAN_MINUTES ? value : null;
}
