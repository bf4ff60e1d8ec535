/** OPER: RFC 2812 3.1.4. Passwords are argon2id hashes, verified off the loop; each failure costs. */

import { compileAddressMask, coversAddress } from '../../irc/address-mask.ts';
import { fold } from '../../irc/casemapping.ts';
import { UMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { globMatch } from '../../runtime/net/mask.ts';
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { OperBlock } from '../config.ts';
import { limits } from '../limits.ts';
import { isDamagedHash, PasswordQueueFull } from '../passwords.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';
import { perform } from './deed.ts';

export const oper: Command = {
  name: 'OPER',
  minParams: 2,
  penaltyLines: 2,
  help: ['OPER <name> <password>', 'Makes you an IRC operator.'],
  run(server, user, params) {
    const [name = '', password = ''] = params;
    if (user.isOper) {
      user.reply(N.RPL_YOUREOPER);
      return;
    }
    const block = server.config.oper.find((candidate) => candidate.name === name);
    const hostFits = block?.hosts.some((mask) => hostMatches(mask, user)) === true;
    const hash = hostFits ? (block?.password_hash ?? null) : null;
    server.defer(
      user,
      server.passwords.check(hash, password, user.connection.work.group),
      (fits) => {
        if (fits && block !== undefined) grant(server, user, block);
        else refuse(server, user, name, block === undefined || hostFits);
      },
      (error) => failed(server, user, name, error),
    );
  },
};

function hostMatches(mask: string, user: User): boolean {
  const wanted = fold(mask.includes('@') ? mask : `*@${mask}`);
  const { remoteAddress } = user.connection;
  const network = compileAddressMask(wanted);
  return (
    (network !== null && coversAddress(network, fold(user.username), user.address)) ||
    globMatch(wanted, fold(`${user.username}@${user.host}`)) ||
    globMatch(wanted, fold(`${user.username}@${remoteAddress}`))
  );
}

function grant(server: CommandServer, user: User, block: OperBlock): void {
  perform(server, user, {
    command: 'OPER',
    args: { name: block.name },
    flag: null,
    // Without it nobody on IRC could end who does harm.
    unrecorded: 'run',
    carryOut() {
      if (user.gone) return { ok: false, outcome: 'cancelled: left before it became operator' };
      // The configuration may have been read again meanwhile.
      const current = server.config.oper.find(({ name }) => name === block.name);
      if (current === undefined || current.password_hash !== block.password_hash) {
        user.reply(N.ERR_NOOPERHOST);
        return { ok: false, outcome: 'refused: the operator block was changed' };
      }
      makeOper(server, user, current);
      return { ok: true, outcome: 'became operator' };
    },
  });
}

function makeOper(server: CommandServer, user: User, block: OperBlock): void {
  user.oper = { name: block.name, flags: new Set(block.flags), title: block.title };
  server.state.setUserMode(user, UMODE.oper, true);
  user.send(`:${user.prefix} MODE ${user.nick} :+o`);
  user.reply(N.RPL_YOUREOPER);
  noticeOpers(server, `${user.prefix} is now an operator (${block.name})`, user);
  server.host.log('info', 'oper_up', `${user.prefix} became operator ${block.name}`, {
    nick: user.nick,
    oper: block.name,
    address: user.connection.remoteAddress,
  });
}

/** The password could not be checked: too many are, or the hash in the configuration is damaged. */
function failed(server: CommandServer, user: User, name: string, error: unknown): void {
  if (isDamagedHash(error))
    server.host.log('error', 'oper_hash_damaged', `The password_hash of operator ${name} cannot be used`, {
      oper: name,
    });
  else if (!(error instanceof PasswordQueueFull))
    server.host.log('error', 'password_unchecked', `A password could not be checked: ${String(error)}`, {
      oper: name,
    });
  user.reply(N.ERR_UNKNOWNERROR, 'OPER', 'The password cannot be checked now, try again later');
}

function refuse(server: CommandServer, user: User, name: string, wrongPassword: boolean): void {
  server.counters.operFailures++;
  user.failedOpers++;
  user.connection.penalize(limits.operFailurePenaltyLines.default);
  server.host.log('warn', 'oper_refused', `${user.prefix} failed to become operator ${name}`, {
    nick: user.nick,
    oper: name,
    address: user.connection.remoteAddress,
  });
  noticeOpers(server, `Failed OPER attempt by ${user.prefix} as ${name}`);
  perform(server, user, {
    command: 'OPER',
    args: { name },
    flag: null,
    unrecorded: 'run',
    quiet: true,
    carryOut() {
      if (!user.gone) user.reply(wrongPassword ? N.ERR_PASSWDMISMATCH : N.ERR_NOOPERHOST);
      if (user.failedOpers >= limits.operAttempts.default) server.exit(user, 'Too many failed OPER attempts');
      return { ok: false, outcome: wrongPassword ? 'wrong password' : 'wrong host' };
    },
  });
}
