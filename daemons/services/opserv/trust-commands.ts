/** Commands of OpServ about trusts: addresses and networks that more clients may come from than from others. */

import { wholeNumber } from '../authserv/settings.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { type Reply, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { Trust } from './lists.ts';
import { spelledNetwork } from './network-index.ts';
import type { OpServ } from './opserv.ts';
import { actorOf, isSeconds, lasting, operators, tooLong, untilText } from './opserv-row.ts';

const LEVEL = 800;

export function trustCommands(opserv: OpServ): CommandRow[] {
  return [setTrust(opserv, true), setTrust(opserv, false), dropTrust(opserv)];
}

/** What somebody typed as a trust; a reply for what is none. */
function readTrust(opserv: OpServ, call: CommandCall): Trust | Reply {
  const [typed = '', count = '', time = ''] = call.words;
  const network = spelledNetwork(typed);
  if (network === null)
    return said`${typed.slice(0, 64)} is neither an address nor a network such as 10.0.0.0/8.`;
  const most = wholeNumber(count);
  if (!(most <= limits.trustedClients.default))
    return said`A trust is for up to ${limits.trustedClients.default} clients, or 0 for any number.`;
  const seconds = lasting(time, Number.POSITIVE_INFINITY);
  if (!isSeconds(seconds)) return seconds;
  const reason = call.from(3);
  const long = tooLong(reason);
  if (long !== null) return long;
  const setMs = opserv.options.clock.now();
  const expiresMs = seconds === Number.POSITIVE_INFINITY ? null : setMs + seconds * 1_000;
  return { network, most, reason, by: actorOf(opserv, call).name, setMs, expiresMs };
}

function isTrust(read: Trust | Reply): read is Trust {
  return typeof read !== 'string' && 'network' in read;
}

function setTrust(opserv: OpServ, fresh: boolean): CommandRow {
  const { trusts } = opserv.lists;
  return {
    name: fresh ? 'ADDTRUST' : 'EDITTRUST',
    needs: operators(LEVEL),
    syntax: '<address or network> <clients> <time> <reason>',
    least: 4,
    most: null,
    effect: fresh ? 'lets more clients come from an address' : 'changes a trust',
    help: [
      fresh
        ? 'Lets as many clients come from each address of a network, 0 for any number, for a time, 0 for ever.'
        : 'Changes a trust: how many clients of an address, for how long from now on, and why.',
    ],
    recorded: (call) => ({
      network: call.words[0]!.slice(0, 64),
      clients: call.words[1]!.slice(0, 9),
      time: call.words[2]!.slice(0, 32),
      reason: call.from(3),
    }),
    refusal(call) {
      const trust = readTrust(opserv, call);
      if (!isTrust(trust)) return trust;
      if (fresh === (trusts.get(trust.network) === undefined)) return null;
      return fresh
        ? said`${trust.network} is trusted already. EDITTRUST changes that.`
        : said`${trust.network} is not trusted.`;
    },
    async run(call) {
      const trust = readTrust(opserv, call) as Trust;
      await trusts.put(trust);
      const { network, most } = trust;
      const ends = untilText(trust.expiresMs);
      return [
        most === 0
          ? said`Any number of clients of each address of ${network} may come; it ends: ${ends}.`
          : said`Up to ${most} clients of each address of ${network} may come; it ends: ${ends}.`,
      ];
    },
  };
}

function dropTrust(opserv: OpServ): CommandRow {
  const { trusts } = opserv.lists;
  const networkOf = ({ words }: CommandCall) => spelledNetwork(words[0]!) ?? words[0]!;
  return {
    name: 'DELTRUST',
    needs: operators(LEVEL),
    syntax: '<address or network>',
    least: 1,
    most: 1,
    effect: 'takes a trust away',
    help: ['Takes a trust away. Who is connected stays.'],
    recorded: ({ words }) => ({ network: words[0]! }),
    refusal: (call) =>
      trusts.get(networkOf(call)) === undefined
        ? said`${networkOf(call).slice(0, 64)} is not trusted.`
        : null,
    async run(call) {
      await trusts.drop(networkOf(call));
      return [said`${networkOf(call)} is trusted no more.`];
    },
  };
}
