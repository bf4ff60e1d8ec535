/** The commands of SockCheck: scans that operators want, what is remembered, and who is not scanned. */
import { type AddressGroups, addressText, parseAddress } from '../../runtime/net/ip-address.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { type Message, phrase, type Reply, said } from '../bots/reply.ts';
import type { ScanExempt } from '../opserv/lists.ts';
import { spelledNetwork } from '../opserv/network-index.ts';
import {
  actorOf,
  isSeconds,
  lasting,
  operators,
  sparedAddressText,
  tooLong,
  untilText,
} from '../opserv/opserv-row.ts';
import type { ScanAnswer, SockCheck, Untouched } from './sock-check.ts';

/** As X3 has it. */
const SCAN_LEVEL = 650;
/** As that of trusts. */
const EXEMPT_LEVEL = 800;

/** Rows of EXEMPTS. */
const MOST_SHOWN = 100;

export function sockCommands(sock: SockCheck): CommandRow[] {
  return [
    hostScan(sock),
    clearHost(sock),
    status(sock),
    probes(sock),
    addExempt(sock),
    dropExempt(sock),
    exempts(sock),
  ];
}

const UNTOUCHED: Readonly<Record<Untouched, string>> = {
  private: 'it is of a private network, or of this machine.',
  exempt: 'it is exempt.',
};

/** The address that a word is, or that somebody of that nick comes from; a reply for none. */
function addressOf(sock: SockCheck, word: string): AddressGroups | Message {
  const user = sock.options.uplink()?.view.byNick(word);
  return (
    user?.addressGroups ??
    parseAddress(word) ??
    said`${word.slice(0, 64)} is neither an address nor the nick of anybody.`
  );
}

function isAddress(found: AddressGroups | Message): found is AddressGroups {
  return found instanceof Uint16Array;
}

/** Why an address is not scanned; null where it may be. */
export function scanRefusal(sock: SockCheck, groups: AddressGroups): Message | null {
  const why = sock.untouched(groups);
  return why === null ? null : said`${addressText(groups)} is not scanned: ${phrase(UNTOUCHED[why])}`;
}

/** What came of a scan, in words. */
export function scanText(address: string, { finding, banned, spared }: ScanAnswer): Message {
  if (finding === undefined) return said`${address} could not be scanned.`;
  if (finding === null) return said`Nothing was found at ${address}.`;
  if (banned) return said`At ${address} there is ${finding}: it is banned.`;
  if (spared === null) return said`At ${address} there is ${finding}. It could not be banned.`;
  return said`At ${address} there is ${finding}. It is not banned: ${phrase(sparedAddressText(spared))}`;
}

function hostScan(sock: SockCheck): CommandRow {
  const found = ({ words }: CommandCall) => addressOf(sock, words[0]!);
  return {
    name: 'HOSTSCAN',
    needs: operators(SCAN_LEVEL),
    syntax: '<nick or address>',
    least: 1,
    most: 1,
    effect: 'looks for open proxies at an address, and bans it where there is one',
    help: [
      'Looks for open proxies at an address now, also at one that was looked at before. You are told what is found.',
      'Where there is one the address is banned, unless an operator is there or it is trusted.',
    ],
    recorded: (call) => {
      const groups = found(call);
      return { address: isAddress(groups) ? addressText(groups) : call.words[0]!.slice(0, 64) };
    },
    refusal: (call) => {
      const groups = found(call);
      return isAddress(groups) ? scanRefusal(sock, groups) : groups;
    },
    run(call) {
      const groups = found(call);
      // Whoever was called so is gone meanwhile.
      if (!isAddress(groups)) return [groups];
      const address = addressText(groups);
      void sock.scan(groups).then((answer) => {
        // A bot that has left tells nothing.
        if (sock.isOn) sock.options.tell(call.bot, call.user, scanText(address, answer));
      });
      return [said`${address} is looked at; you will be told what is found.`];
    },
  };
}

function clearHost(sock: SockCheck): CommandRow {
  const { checker } = sock;
  return {
    name: 'CLEARHOST',
    needs: operators(SCAN_LEVEL),
    syntax: '<nick or address>',
    least: 1,
    most: 1,
    effect: 'forgets what was found at an address',
    help: [
      'Forgets what was found at an address, so that it is looked at anew with the next client from there. A ban stays.',
    ],
    recorded: ({ words }) => ({ address: words[0]!.slice(0, 64) }),
    refusal({ words }) {
      const groups = addressOf(sock, words[0]!);
      if (!isAddress(groups)) return groups;
      const address = addressText(groups);
      if (checker.isUnderWay(address)) return said`${address} is looked at now.`;
      return checker.finding(address) === undefined ? said`Nothing is known of ${address}.` : null;
    },
    run({ words }) {
      const groups = addressOf(sock, words[0]!);
      if (!isAddress(groups)) return [groups];
      checker.forget(addressText(groups));
      return [said`What was found at ${addressText(groups)} is forgotten.`];
    },
  };
}

function status(sock: SockCheck): CommandRow {
  const { checker } = sock;
  return {
    name: 'STATUS',
    aliases: ['STATS'],
    needs: 'operator',
    syntax: '[nick or address]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: ['Tells what was found at an address, or how many were scanned and wait to be.'],
    run({ words }) {
      const [word] = words;
      if (word !== undefined) {
        const groups = addressOf(sock, word);
        return [isAddress(groups) ? knownOf(sock, groups) : groups];
      }
      const { counts } = checker;
      const { sockets, probes: all } = sock.options.rules();
      return [
        said`${counts.scanned} addresses were scanned, and ${counts.found} open proxies found; ${sock.bans.banned} addresses were banned.`,
        said`${checker.running} are looked at by ${checker.sockets} of ${sockets} connections, ${checker.waiting} wait; ${all.length} probes each.`,
        said`${checker.remembered} are remembered. ${counts.dropped} found no room, ${counts.failed} could not be scanned.`,
      ];
    },
  };
}

/** What is known of an address, in words. */
function knownOf(sock: SockCheck, groups: AddressGroups): Message {
  const address = addressText(groups);
  const { checker } = sock;
  if (checker.isRunning(address)) return said`${address} is looked at now.`;
  if (checker.isUnderWay(address)) return said`${address} waits to be looked at.`;
  const known = checker.finding(address);
  if (known === undefined) return scanRefusal(sock, groups) ?? said`Nothing is known of ${address}.`;
  const at = untilText(known.at);
  return known.finding === null
    ? said`Nothing was found at ${address} (${at}).`
    : said`At ${address} there was ${known.finding} (${at}).`;
}

function probes(sock: SockCheck): CommandRow {
  return {
    name: 'PROBES',
    needs: 'operator',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'nothing',
    help: ['Lists what is looked for, and at which ports. The configuration file says it.'],
    run: () => [
      {
        headings: ['Port', 'Looks for', 'Turns'],
        rows: sock.options
          .rules()
          .probes.map(({ name, port, turns }) => [String(port), name, String(turns.length)]),
      },
    ],
  };
}

/** What somebody typed as an exemption; a reply for what is none. */
function readExempt(sock: SockCheck, call: CommandCall): ScanExempt | Reply {
  const [typed = '', time = ''] = call.words;
  const network = spelledNetwork(typed);
  if (network === null)
    return said`${typed.slice(0, 64)} is neither an address nor a network such as 10.0.0.0/8.`;
  const seconds = lasting(time, Number.POSITIVE_INFINITY);
  if (!isSeconds(seconds)) return seconds;
  const reason = call.from(2);
  const long = tooLong(reason);
  if (long !== null) return long;
  const setMs = sock.options.clock.now();
  const expiresMs = seconds === Number.POSITIVE_INFINITY ? null : setMs + seconds * 1_000;
  return { network, reason, by: actorOf(sock.options.opserv, call).name, setMs, expiresMs };
}

function isExempt(read: ScanExempt | Reply): read is ScanExempt {
  return typeof read !== 'string' && 'network' in read;
}

function addExempt(sock: SockCheck): CommandRow {
  const { list } = sock.exempts;
  return {
    name: 'ADDEXEMPT',
    deed: 'SOCKCHECK-ADDEXEMPT',
    needs: operators(EXEMPT_LEVEL),
    syntax: '<address or network> <time> <reason>',
    least: 3,
    most: null,
    effect: 'has nobody from a network scanned',
    help: ['Has nobody from an address or network scanned, for a time such as 12h or 7d, 0 for ever.'],
    recorded: (call) => ({
      network: call.words[0]!.slice(0, 64),
      time: call.words[1]!.slice(0, 32),
      reason: call.from(2),
    }),
    refusal(call) {
      const exempt = readExempt(sock, call);
      return isExempt(exempt) ? null : exempt;
    },
    async run(call) {
      const exempt = readExempt(sock, call) as ScanExempt;
      await list.put(exempt);
      return [said`Nobody from ${exempt.network} is scanned; it ends: ${untilText(exempt.expiresMs)}.`];
    },
  };
}

function dropExempt(sock: SockCheck): CommandRow {
  const { list } = sock.exempts;
  const networkOf = ({ words }: CommandCall) => spelledNetwork(words[0]!) ?? words[0]!;
  return {
    name: 'DELEXEMPT',
    deed: 'SOCKCHECK-DELEXEMPT',
    needs: operators(EXEMPT_LEVEL),
    syntax: '<address or network>',
    least: 1,
    most: 1,
    effect: 'has those from a network scanned again',
    help: ['Has those from a network scanned again that ADDEXEMPT named.'],
    recorded: ({ words }) => ({ network: words[0]!.slice(0, 64) }),
    refusal: (call) =>
      list.get(networkOf(call)) === undefined ? said`${networkOf(call).slice(0, 64)} is not exempt.` : null,
    async run(call) {
      await list.drop(networkOf(call));
      return [said`${networkOf(call)} is exempt no more.`];
    },
  };
}

function exempts(sock: SockCheck): CommandRow {
  return {
    name: 'EXEMPTS',
    needs: 'operator',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'nothing',
    help: ['Lists the networks that ADDEXEMPT named.'],
    run() {
      const all = sock.exempts.list.all();
      if (all.length === 0) return ['No network is exempt.'];
      const rows = all
        .slice(0, MOST_SHOWN)
        .map(({ network, reason, by, expiresMs }) => [network, untilText(expiresMs), by, reason]);
      return [
        { headings: ['Network', 'Ends', 'Set by', 'Reason'], rows },
        ...(all.length > MOST_SHOWN ? [said`${all.length - MOST_SHOWN} more are not shown.`] : []),
      ];
    },
  };
}
