/** CERT: the client certificates by which the owner of an account logs in (SASL EXTERNAL). Only one that was shown here can be added. */

import { replyParameter } from '../../irc/reply-parameter.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import { accountsUnavailable } from './accounts-unavailable.ts';
import type { Command } from './command.ts';

export const cert: Command = {
  name: 'CERT',
  minParams: 1,
  penaltyLines: 1,
  help: [
    'CERT ADD | DEL <fingerprint> | LIST',
    'Certificates that log in to your account (SASL EXTERNAL). ADD takes the one that you are connected with.',
  ],
  run(server, client, params) {
    const { account } = client.user;
    if (account === null) {
      client.fail('CERT', 'ACCOUNT_REQUIRED', '', 'Log in to your account first');
      return;
    }
    const subcommand = params[0] ?? '';
    switch (subcommand.toUpperCase()) {
      case 'ADD':
        add(server, client, account);
        return;
      case 'DEL':
        change(server, client, account, (params[1] ?? '').toLowerCase().replaceAll(':', ''), false);
        return;
      case 'LIST':
        list(server, client, account);
        return;
      default:
        client.fail('CERT', 'UNKNOWN_SUBCOMMAND', replyParameter(subcommand), 'Expected ADD, DEL or LIST');
    }
  },
};

function add(server: CommandServer, client: LocalClient, account: string): void {
  const fingerprint = client.connection.tls?.fingerprint ?? null;
  if (fingerprint === null)
    client.fail('CERT', 'NO_CERTIFICATE', '', 'Connect over TLS with the certificate that you want to add');
  else change(server, client, account, fingerprint, true);
}

function change(
  server: CommandServer,
  client: LocalClient,
  account: string,
  fingerprint: string,
  wanted: boolean,
): void {
  const shown = replyParameter(fingerprint);
  server.defer(
    client,
    server.accounts.authority.ask('certificate', { account, fingerprint, add: wanted }),
    ({ outcome }) => {
      if (outcome === 'done')
        client.note(
          'CERT',
          wanted ? 'ADDED' : 'REMOVED',
          shown,
          wanted ? `It logs in to ${account} from now on` : `It logs in to ${account} no more`,
        );
      else client.fail('CERT', REFUSALS[outcome].code, shown, REFUSALS[outcome].text);
    },
    (error) => accountsUnavailable(server, client, 'CERT', error),
  );
}

function list(server: CommandServer, client: LocalClient, account: string): void {
  server.defer(
    client,
    server.accounts.authority.ask('show', { account }),
    ({ fingerprints }) => {
      for (const fingerprint of fingerprints)
        client.note('CERT', 'FINGERPRINT', fingerprint, `It logs in to ${account}`);
      client.note(
        'CERT',
        'END',
        '',
        `${fingerprints.length} ${fingerprints.length === 1 ? 'certificate' : 'certificates'}`,
      );
    },
    (error) => accountsUnavailable(server, client, 'CERT', error),
  );
}

const REFUSALS = {
  taken: { code: 'CERTIFICATE_TAKEN', text: 'It logs in to another account' },
  pending: {
    code: 'TEMPORARILY_UNAVAILABLE',
    text: 'That is done by itself when the login service answers again',
  },
  full: { code: 'TOO_MANY_CERTIFICATES', text: 'Remove another one first' },
  not_found: { code: 'UNKNOWN_CERTIFICATE', text: 'Your account has no such certificate' },
} as const;
