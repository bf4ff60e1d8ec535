/** A login by a bot, kept with what each of its steps took, as logins by SASL are. */
import type { LoginAnswer } from '../../../contract/accounts.ts';
import { LoginTrace } from '../../identity/login-trace.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { AuthWorld, UserOrigin } from './auth-world.ts';

/**
 * Asks for a login.
 * @param way the command
 * @param origin where the user logs in from
 * @param ask given that, with what the login is traced by
 * @param settle does what comes of the answer
 */
export async function timedLogin<Result>(
  { timelines, clock }: Pick<AuthWorld, 'timelines' | 'clock'>,
  user: ViewUser,
  way: string,
  origin: UserOrigin,
  ask: (origin: UserOrigin) => LoginAnswer | Promise<LoginAnswer>,
  settle: (answer: LoginAnswer) => Result,
): Promise<Result> {
  const { nick, address } = user;
  const session = sessionOf(user);
  const timeline = timelines.begin({ session, client: nick, address, way, connectedAtMs: null });
  if (timeline === null) return settle(await ask(origin));
  const done = timeline.begin(way, 'services');
  // After it, so that no step of it ends later than it.
  const trace = new LoginTrace(clock);
  try {
    const answer = await ask({ ...origin, trace } as UserOrigin);
    done(trace.steps);
    const result = settle(answer);
    if (answer.kind === 'success') {
      if (user.account !== null) timeline.mark('account stamped');
      timeline.end('success', answer.login.account);
    } else timeline.end(`refused: ${answer.why}`, answer.account);
    return result;
  } finally {
    timeline.end('failed', null);
  }
}

/** What tells a user from all others for timelines. */
export function sessionOf({ numeric, sequence }: Pick<ViewUser, 'numeric' | 'sequence'>): string {
  return `${numeric} ${sequence}`;
}
