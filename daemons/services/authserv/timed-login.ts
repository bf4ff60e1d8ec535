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
 */
export async function timedLogin(
  { timelines, clock }: Pick<AuthWorld, 'timelines' | 'clock'>,
  user: ViewUser,
  way: string,
  origin: UserOrigin,
  ask: (origin: UserOrigin) => LoginAnswer | Promise<LoginAnswer>,
): Promise<LoginAnswer> {
  const { numeric, sequence, nick, address } = user;
  const session = `${numeric} ${sequence}`;
  const timeline = timelines.begin({ session, client: nick, address, way, connectedAtMs: null });
  if (timeline === null) return await ask(origin);
  const trace = new LoginTrace(clock);
  const done = timeline.begin(way, 'services');
  try {
    const answer = await ask({ ...origin, trace } as UserOrigin);
    done(trace.steps);
    if (answer.kind === 'success') timeline.end('success', answer.login.account);
    else timeline.end(`refused: ${answer.why}`, answer.account);
    return answer;
  } finally {
    timeline.end('failed', null);
  }
}
