/** What commands answer about accounts when whoever knows them has not answered, or not let somebody in. */

import type { LOGIN_REFUSALS } from '../../../contract/accounts.ts';
import { counted } from '../../../contract/counted.ts';
import { rejectionCode } from '../../../kit/pending-requests.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';

const AWAY = 'Accounts cannot be asked now, try again later';

/** A question was not answered: FAIL, and a record in the log where somebody else is to blame than a keeper who is away. */
export function accountsUnavailable(
  server: CommandServer,
  client: LocalClient,
  command: string,
  error: unknown,
): void {
  const code = rejectionCode(error);
  if (code !== 'unavailable' && code !== 'timeout')
    server.host.log('error', 'accounts_unanswered', `${command} was not answered: ${String(error)}`, {
      command,
    });
  client.fail(command, 'TEMPORARILY_UNAVAILABLE', '', AWAY);
}

/** A password was refused: FAIL, and flood allowance where it was wrong. */
export function passwordRefused(
  server: CommandServer,
  client: LocalClient,
  command: string,
  why: (typeof LOGIN_REFUSALS)[number],
  retrySeconds: number,
): void {
  if (why === 'unavailable') {
    client.fail(command, 'TEMPORARILY_UNAVAILABLE', '', AWAY);
    return;
  }
  server.accounts.counts.failures++;
  client.connection.penalize(limits.loginFailurePenaltyLines.default);
  if (why === 'suspended') client.fail(command, 'ACCOUNT_SUSPENDED', '', 'The account is suspended');
  else if (why === 'throttled')
    client.fail(
      command,
      'TEMPORARILY_UNAVAILABLE',
      '',
      `Too many passwords were wrong, try again in ${counted(retrySeconds, 'second')}`,
    );
  else if (why === 'incomplete')
    client.fail(command, 'ACCOUNT_INCOMPLETE', '', 'Log in once where your password is kept first');
  else client.fail(command, 'INVALID_CREDENTIALS', '', 'The password is wrong');
}
