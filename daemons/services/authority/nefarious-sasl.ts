/** Clients of Nefarious log in with services by the token `SASL`: the answers of the keeper of accounts, counted as other work is. */
import { type AccountResult, SASL_MECHANISMS } from '../../../contract/accounts.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { AccountKeeper } from '../../identity/account-keeper.ts';
import { SaslDesk } from '../../irc/p10/sasl-desk.ts';
import { limits } from '../limits.ts';
import type { OperationPool } from '../operations/operation-pool.ts';

/** @param me numeric of services */
export function saslDesk(
  keeper: AccountKeeper,
  operations: OperationPool,
  me: string,
  clock: Clock,
): SaslDesk {
  const answers = keeper.answerers('SASL');
  return new SaslDesk({
    me: () => me,
    clock,
    ask: async (name, args) => {
      const end = operations.count(`SASL ${name}`);
      try {
        return (await answers[name](args as never)) as unknown as AccountResult<typeof name>;
      } finally {
        end();
      }
    },
    mechanisms: () => [...SASL_MECHANISMS, ...keeper.moreMechanisms],
    present: () => true,
    onEnd: () => {},
    sinceOf: (account) => Math.floor((keeper.store.find(account)?.created ?? 0) / 1_000),
    limits: {
      exchanges: limits.saslExchanges.default,
      clientMs: limits.saslClientMs.default,
      messageBytes: limits.saslMessageBytes.default,
    },
  });
}
