/**
 * What operators do is written down before it is done: KILL, bans, REHASH and the like ask the process around the server to
 * write the entry, and are done when it has answered. Until then further lines of that operator wait; everybody else goes on.
 */

import type { WireError } from '../../../contract/errors.ts';
import type { OperatorDeed } from '../../../contract/link/deeds.ts';
import type { Unrecorded } from '../../../contract/manifest.ts';
import { N } from '../../irc/numerics.ts';
import type { BegunDeed, DeedAnswer } from '../../runtime/host/deed-ledger.ts';
import type { CommandServer } from '../command-server.ts';
import type { Asker } from '../state/asker.ts';
import type { LocalClient } from '../state/local-client.ts';

/** What came of a deed, as the audit trail says it. */
export interface DeedOutcome {
  readonly ok: boolean;
  readonly outcome: string;
}

/** A deed that can be done as far as is known before it is written down. */
export interface Deed extends Omit<OperatorDeed, 'actor'> {
  /** Operator flag that is still needed when it is done; null for OPER itself. */
  readonly flag: string | null;
  /** What to do when the entry cannot be written. */
  readonly unrecorded: Unrecorded;
  /** Nobody is told that it is not written: what a stranger tried. */
  readonly quiet?: boolean;
  /**
   * Does it, also for an operator who has left meanwhile: their line was taken. What it needs may be gone too, and then
   * the outcome says that it was not done.
   */
  carryOut(): DeedOutcome | Promise<DeedOutcome>;
}

/** Has a deed written down, then done. */
export function perform(server: CommandServer, client: LocalClient, deed: Deed): void {
  const { command, args, unrecorded } = deed;
  const go = (answer: DeedAnswer) => begin(server, client, deed, answer);
  const answer = server.host.beginDeed({ actor: describeOper(client), command, args }, unrecorded);
  if (answer instanceof Promise) server.deferKept(client, answer, go);
  else go(answer);
}

/** The same for an operator of another server, whose flags are known there. */
export function performFor(server: CommandServer, asker: Asker, deed: Omit<Deed, 'flag' | 'quiet'>): void {
  const { command, args, unrecorded } = deed;
  const { user } = asker;
  const actor = `${user.prefix} (operator of ${user.server.name})`;
  const go = (answer: DeedAnswer) => {
    if (!answer.mayRun) asker.notice(`*** ${command} was not done (${explain(answer.refusal)})`);
    else if (server.closing !== null)
      answer.deed.end(false, 'refused: not done, because the server was shutting down');
    else carryOut(deed, answer.deed);
  };
  const answer = server.host.beginDeed({ actor, command, args }, unrecorded);
  if (answer instanceof Promise) void answer.then(go);
  else go(answer);
}

/** A user in the words of the audit trail and of bans: nicks change, and the operator block tells who it is. */
export function describeOper({ user, oper }: LocalClient): string {
  return oper === null ? user.prefix : `${user.prefix} (oper ${oper.name})`;
}

/** A notice to an operator who may have left. */
export function tell(client: LocalClient, text: string): void {
  if (!client.user.gone) client.notice(`*** ${text.replaceAll(/[\r\n]+/g, ' ').slice(0, MAX_NOTICE)}`);
}

/** Keeps a notice to a line or two of IRC, in characters. */
const MAX_NOTICE = 400;

function begin(server: CommandServer, client: LocalClient, deed: Deed, answer: DeedAnswer): void {
  const { command, flag } = deed;
  if (!answer.mayRun) {
    tell(client, `${command} was not done (${explain(answer.refusal)})`);
    return;
  }
  const { unwritten } = answer.deed;
  if (unwritten !== null && deed.quiet !== true)
    tell(client, `${command} is not in the audit trail (${explain(unwritten)})`);
  if (server.closing !== null) {
    answer.deed.end(false, 'refused: not done, because the server was shutting down');
  } else if (flag !== null && !client.can(flag)) {
    answer.deed.end(
      false,
      `refused: not done, because ${client.user.nick} was no longer an operator with ${flag}`,
    );
    if (!client.user.gone) client.reply(N.ERR_NOPRIVS, flag);
  } else {
    carryOut(deed, answer.deed);
  }
}

function carryOut(deed: Pick<Deed, 'carryOut'>, { end }: BegunDeed): void {
  const failed = (error: unknown) =>
    end(false, `internal: ${error instanceof Error ? error.message : String(error)}`);
  let outcome: DeedOutcome | Promise<DeedOutcome>;
  try {
    outcome = deed.carryOut();
  } catch (error) {
    failed(error);
    throw error;
  }
  if (outcome instanceof Promise) outcome.then(({ ok, outcome: text }) => end(ok, text), failed);
  else end(outcome.ok, outcome.outcome);
}

function explain({ code, message }: WireError): string {
  return `${code}: ${message}`;
}
