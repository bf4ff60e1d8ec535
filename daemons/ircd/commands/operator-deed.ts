/** What operators do to others over several turns: written down as every deed is, and said to the other operators. */
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { NOTICE } from '../notice-kinds.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';
import { inTurns, type StepsWith } from '../work-steps.ts';
import { type DeedOutcome, describeOper, perform, tell } from './deed.ts';

/** A deed in steps. */
export interface SteppedDeed {
  /** Upper case. */
  readonly command: string;
  readonly flag: string;
  readonly args: Readonly<Record<string, string>>;
  /** Does it. What it needs may be gone by then, and its operator too. */
  steps(): StepsWith<DeedOutcome>;
}

/** Has it written down, then done; what cannot be written down is not done. */
export function performInTurns(server: CommandServer, client: LocalClient, deed: SteppedDeed): void {
  const { command, flag, args } = deed;
  const by = describeOper(client);
  perform(server, client, {
    command,
    args,
    flag,
    unrecorded: 'refuse',
    async carryOut() {
      const words = Object.values(args).filter((word) => word !== '');
      const done = await inTurns(server.host, server.house, deed.steps());
      if (done.ok) noticeOpers(server, NOTICE.operators, `${by} used ${[command, ...words].join(' ')}`);
      else tell(client, `${command} failed: ${done.outcome.replace(/^\w+: /, '')}`);
      return done;
    },
  });
}

/** That something was not there, or not any more. */
export function notFound(what: string): DeedOutcome {
  return { ok: false, outcome: `not_found: ${what}` };
}

/** A user of this server: others are moved by their own servers alone. Null once it was said that they are elsewhere. */
export function ownClient(client: LocalClient, user: User, command: string): LocalClient | null {
  if (user.local !== null) return user.local;
  tell(
    client,
    `${command} failed: ${user.nick} is on ${user.server.name}, and only users of this server are moved from here`,
  );
  return null;
}
