/**
 * What the admin commands about accounts do (`contract/account-commands.ts`), wherever they are run: whoever keeps the accounts is
 * asked, and who is logged in the caller knows. Used by the IRC server and by services.
 */
import type { AccountArgs, AccountQuestion, AccountResult, AccountRow } from '../contract/accounts.ts';
import { counted } from '../contract/counted.ts';
import { type Actor, describeActor } from '../contract/link/actor.ts';
import type { TableCell } from '../contract/stream.ts';
import type { LoginElsewhere, LoginTimelines } from './login-timelines.ts';

/** Clients that are logged in, by account: their names as administrators read them. */
export type LoggedInNames = (account: string) => readonly string[];

/** The accounts and the clients that the commands are about. */
export interface AdministeredAccounts {
  /** Asks whoever keeps the accounts; rejects with `unavailable` while nobody can be asked. */
  ask<Name extends AccountQuestion>(name: Name, args: AccountArgs<Name>): Promise<AccountResult<Name>>;
  /** Looks up who is logged in now. */
  loggedIn(): LoggedInNames | Promise<LoggedInNames>;
  /** How many clients are logged in to an account. */
  clientsOf(account: string): number;
  /** How many channels belong to it. */
  channelsOf(account: string): number;
  /** Logs everybody out of it; answers how many. Throws `unsupported` where the network cannot. */
  logOut(account: string): number | Promise<number>;
  readonly timelines: LoginTimelines;
  /** Days that a dropped account can be brought back; absent, or 0, where it cannot. */
  keptDays?(): number;
  /** The latest login of a client that is there which somebody else has looked at; null where there is none. */
  readonly elsewhere?: (nick: string) => Promise<LoginElsewhere | null>;
  /** The session of a client that is there, by its nick; null where timelines know clients by their nicks. */
  sessionOf?(client: string): string;
}

interface Call {
  readonly actor: Actor;
}

/** An account by the keys of `accountColumns`. @param online clients that are logged in to it */
export function accountRow(account: AccountRow, online: number): Record<string, TableCell> {
  const { lastLogin, createdAt, suspended, failures, nicks, certificates, email } = account;
  return {
    account: account.account,
    online,
    lastLogin,
    registeredAt: createdAt,
    suspended,
    failures,
    nicks,
    certificates,
    email,
  };
}

/** The code of every command about accounts. */
export function accountAdministration(accounts: AdministeredAccounts) {
  const { ask, loggedIn, clientsOf, channelsOf, logOut, timelines } = accounts;
  const clients = (account: string) => counted(clientsOf(account), 'client');
  const channels = (account: string) => {
    const count = channelsOf(account);
    return count === 0 ? '' : ` with ${counted(count, 'channel')}`;
  };
  const afterwards = () => {
    const days = accounts.keptDays?.() ?? 0;
    return days === 0 ? ' for good' : `, to be brought back within ${counted(days, 'day')} or never`;
  };
  return {
    accounts: {
      run: async ({ text, limit }: { text: string; limit: number }) => {
        const { rows } = await ask('list', { text, limit });
        const namesOf = await loggedIn();
        return { rows: rows.map((row) => accountRow(row, namesOf(row.account).length)) };
      },
    },
    account: {
      run: async ({ account }: { account: string }): Promise<Record<string, TableCell>> => {
        const { nickList, fingerprints, ...row } = await ask('show', { account });
        const names = (await loggedIn())(row.account);
        return {
          ...accountRow(row, names.length),
          suspendedReason: row.suspendedReason,
          suspendedBy: row.suspendedBy,
          suspendedAt: row.suspendedAt,
          lastFailureFrom: row.lastFailureFrom,
          lastFailureAt: row.lastFailureAt,
          sessions: names.join(' '),
          nickList: nickList.join(' '),
          fingerprints: fingerprints.join(' '),
        };
      },
    },
    'create-account': {
      run: ({ account, password, email }: { account: string; password: string; email: string }) =>
        ask('create', {
          account,
          password: password === '' ? null : password,
          email: email === '' ? null : email,
        }),
    },
    'reset-password': {
      impact: ({ account }: { account: string }) =>
        `gives ${account} another password, so that its owner cannot log in with the old one`,
      run: ({ account }: { account: string }) => ask('resetPassword', { account }),
    },
    'log-out-account': {
      impact: ({ account }: { account: string }) => `logs ${clients(account)} out of ${account}`,
      run: async ({ account: asked }: { account: string }) => {
        const { account } = await ask('show', { account: asked });
        return { account, loggedOut: await logOut(account) };
      },
    },
    'suspend-account': {
      impact: ({ account }: { account: string }) =>
        `logs out ${clients(account)} and keeps ${account} from being logged in to`,
      run: ({ account, reason }: { account: string; reason: string }, { actor }: Call) =>
        ask('suspend', { account, by: describeActor(actor), reason }),
    },
    'unsuspend-account': {
      run: ({ account }: { account: string }, { actor }: Call) =>
        ask('suspend', { account, by: describeActor(actor), reason: null }),
    },
    'drop-account': {
      impact: ({ account }: { account: string }) =>
        `logs out ${clients(account)} and deletes ${account}${channels(account)}${afterwards()}`,
      run: ({ account }: { account: string }) => ask('drop', { account }),
    },
    logins: {
      run: ({ account, limit }: { account: string; limit: number }) => ({
        rows: timelines.rows(account === '' ? {} : { account }, limit),
      }),
    },
    login: {
      run: async ({ client, account, id }: { client: string; account: string; id: number }) => {
        const filter = {
          ...(client === ''
            ? {}
            : accounts.sessionOf === undefined
              ? { client }
              : { session: accounts.sessionOf(client) }),
          ...(account === '' ? {} : { account }),
          ...(id === 0 ? {} : { id }),
        };
        const isOfClient = client !== '' && account === '' && id === 0;
        const elsewhere = isOfClient ? ((await accounts.elsewhere?.(client)) ?? null) : null;
        return { rows: timelines.steps(filter, elsewhere) };
      },
    },
    'login-failures': { run: () => ask('guessers', {}) },
    'reset-login-failures': {
      run: async ({ who }: { who: string }) => ({ forgotten: (await ask('resetGuessing', { who })).reset }),
    },
  };
}
