/** OPER: RFC 2812 3.1.4. Passwords are argon2id hashes, verified off the loop; each failure costs. */

import { compileAddressMask, coversAddress } from '../../irc/address-mask.ts';
import { fold } from '../../irc/casemapping.ts';
import { UMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { globMatch } from '../../runtime/net/mask.ts';
import { setUserModes } from '../actions/user-modes.ts';
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { OperBlock } from '../config.ts';
import { limits } from '../limits.ts';
import { NOTICE } from '../notice-kinds.ts';
import { sessionOf } from '../oper-session.ts';
import { isDamagedHash, PasswordQueueFull } from '../passwords.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';
import { perform } from './deed.ts';

export const oper: Command = {
  name: 'OPER',
  minParams: 2,
  penaltyLines: 2,
  help: ['OPER <name> <password>', 'Makes you an IRC operator.'],
  run(server, client, params) {
    const [name = '', password = ''] = params;
    if (client.user.isOper) {
      client.reply(N.RPL_YOUREOPER);
      return;
    }
    const block = server.config.oper.find((candidate) => candidate.name === name);
    const hostFits = block?.hosts.some((mask) => hostMatches(mask, client)) === true;
    const hash = hostFits ? (block?.password_hash ?? null) : null;
    server.defer(
      client,
      server.passwords.check(hash, password, client.connection.work.group),
      (fits) => {
        if (fits && block !== undefined) grant(server, client, block);
        else refuse(server, client, name, block === undefined || hostFits);
      },
      (error) => failed(server, client, name, error),
    );
  },
};

function hostMatches(mask: string, client: LocalClient): boolean {
  const wanted = fold(mask.includes('@') ? mask : `*@${mask}`);
  const { username, realHost: host, address, addressGroups } = client.user;
  const network = compileAddressMask(wanted);
  return (
    (network !== null && coversAddress(network, fold(username), addressGroups)) ||
    globMatch(wanted, fold(`${username}@${host}`)) ||
    globMatch(wanted, fold(`${username}@${address}`))
  );
}

function grant(server: CommandServer, client: LocalClient, block: OperBlock): void {
  perform(server, client, {
    command: 'OPER',
    args: { name: block.name },
    flag: null,
    // Without it nobody on IRC could end who does harm.
    unrecorded: 'run',
    carryOut() {
      if (client.user.gone) return { ok: false, outcome: 'cancelled: left before it became operator' };
      // The configuration may have been read again meanwhile.
      const current = server.config.oper.find(({ name }) => name === block.name);
      if (current === undefined || current.password_hash !== block.password_hash) {
        client.reply(N.ERR_NOOPERHOST);
        return { ok: false, outcome: 'refused: the operator block was changed' };
      }
      makeOper(server, client, current);
      return { ok: true, outcome: 'became operator' };
    },
  });
}

function makeOper(server: CommandServer, client: LocalClient, block: OperBlock): void {
  client.oper = sessionOf(block);
  client.notices = client.oper.notices;
  // As on ircu: what services and other operators tell by WALLOPS is seen by whoever does not ask for it.
  setUserModes(server, client.user, [
    { on: true, letter: 'o', bit: UMODE.oper },
    { on: client.notices !== 0, letter: 's', bit: UMODE.notices },
    { on: true, letter: 'w', bit: UMODE.wallops },
  ]);
  client.reply(N.RPL_YOUREOPER);
  noticeOpers(server, NOTICE.operators, `${client.user.prefix} is now an operator (${block.name})`, client);
  server.host.log('info', 'oper_up', `${client.user.prefix} became operator ${block.name}`, {
    nick: client.user.nick,
    oper: block.name,
    address: client.connection.remoteAddress,
  });
}

/** The password could not be checked: too many are, or the hash in the configuration is damaged. */
function failed(server: CommandServer, client: LocalClient, name: string, error: unknown): void {
  if (isDamagedHash(error))
    server.host.log('error', 'oper_hash_damaged', `The password_hash of operator ${name} cannot be used`, {
      oper: name,
    });
  else if (!(error instanceof PasswordQueueFull))
    server.host.log('error', 'password_unchecked', `A password could not be checked: ${String(error)}`, {
      oper: name,
    });
  client.reply(N.ERR_UNKNOWNERROR, 'OPER', 'The password cannot be checked now, try again later');
}

function refuse(server: CommandServer, client: LocalClient, name: string, wrongPassword: boolean): void {
  server.counters.operFailures++;
  client.failedOpers++;
  client.connection.penalize(limits.operFailurePenaltyLines.default);
  server.host.log('warn', 'oper_refused', `${client.user.prefix} failed to become operator ${name}`, {
    nick: client.user.nick,
    oper: name,
    address: client.connection.remoteAddress,
  });
  noticeOpers(server, NOTICE.operators, `Failed OPER attempt by ${client.user.prefix} as ${name}`);
  perform(server, client, {
    command: 'OPER',
    args: { name },
    flag: null,
    unrecorded: 'run',
    quiet: true,
    carryOut() {
      if (!client.user.gone) client.reply(wrongPassword ? N.ERR_PASSWDMISMATCH : N.ERR_NOOPERHOST);
      if (client.failedOpers >= limits.operAttempts.default)
        server.exit(client, 'Too many failed OPER attempts');
      return { ok: false, outcome: wrongPassword ? 'wrong password' : 'wrong host' };
    },
  });
}
