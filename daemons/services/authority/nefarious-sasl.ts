/** Clients of Nefarious log in with services by the token `SASL`: the answers of the keeper of accounts, counted as other work is. */
import { type AccountResult, SASL_MECHANISMS } from '../../../contract/accounts.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { AccountKeeper } from '../../identity/account-keeper.ts';
import { refused } from '../../identity/logins.ts';
import { KIND_LIMITS, type PeerKind } from '../../irc/p10/kinds.ts';
import { SaslDesk, type SaslDeskOptions } from '../../irc/p10/sasl-desk.ts';
import { writeSasl } from '../../irc/p10/sasl-line.ts';
import { limits } from '../limits.ts';
import type { OperationPool } from '../operations/operation-pool.ts';

/** What logins by way of other servers work with. */
export interface ForeignSaslOptions {
  readonly keeper: AccountKeeper;
  readonly operations: OperationPool;
  /** Numeric of services. */
  readonly me: string;
  readonly clock: Clock;
  /** What the servers are: an account whose name they cannot hold would be another one there. */
  readonly kind: PeerKind;
  /** See `SaslDeskOptions`. */
  readonly write?: SaslDeskOptions['write'];
}

export function saslDesk({
  keeper,
  operations,
  me,
  clock,
  kind,
  write = writeSasl,
}: ForeignSaslOptions): SaslDesk {
  const answers = keeper.answerers('SASL');
  return new SaslDesk({
    me: () => me,
    write,
    clock,
    ask: async (name, args) => {
      const end = operations.count(`SASL ${name}`);
      try {
        const result = (await answers[name](args as never)) as unknown as AccountResult<typeof name>;
        if (!('kind' in result) || result.kind !== 'success') return result;
        const { account } = result.login;
        return (
          account.length > KIND_LIMITS[kind].account ? refused('malformed', account) : result
        ) as typeof result;
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
