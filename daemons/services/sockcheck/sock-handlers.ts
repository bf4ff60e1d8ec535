/** The code of the admin commands about scans for open proxies. */
import { SignalboxError } from '../../../contract/errors.ts';
import { encodeAddress } from '../../irc/p10/address.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { type AddressGroups, addressText, parseAddress } from '../../runtime/net/ip-address.ts';
import { administrator, impactOn, networkNamed, refuse, shown } from '../opserv/ban-handlers.ts';
import { sparedAddressText } from '../opserv/opserv-row.ts';
import type { sockAdminCommands } from './sock-admin.ts';
import type { SockCheck } from './sock-check.ts';
import { scanRefusal } from './sock-commands.ts';

export function sockHandlers(sock: SockCheck): CommandHandlers<typeof sockAdminCommands> {
  const { checker, exempts, options } = sock;
  const { clones } = options.opserv;
  const clientsOf = (groups: AddressGroups) => clones.at({ addressKey: encodeAddress(groups) }).size;
  const row = (address: string, state: string, found: string | null, scannedAt: number | null) => ({
    ...{ address, state, found, scannedAt },
    clients: clientsOf(parseAddress(address)!),
  });
  return {
    sockcheck: {
      run: () => {
        const { scanned, found, dropped, failed } = checker.counts;
        const { sockets, probes, target } = options.rules();
        const { running, waiting } = checker;
        return {
          state: sock.isOn ? (running + waiting > 0 ? 'scanning' : 'idle') : 'off',
          scanned,
          found,
          banned: sock.bans.banned,
          running,
          waiting,
          sockets: checker.sockets,
          mostSockets: sockets,
          remembered: checker.remembered,
          dropped,
          failed,
          probes: probes.length,
          target,
        };
      },
    },
    scans: {
      run: ({ found: onlyFound, limit }) => {
        const rows: ReturnType<typeof row>[] = [];
        if (!onlyFound)
          for (const { address, isRunning } of checker.underWay()) {
            if (rows.length >= limit) break;
            rows.push(row(address, isRunning ? 'scanned now' : 'waits', null, null));
          }
        for (const [address, { finding, at }] of checker.known()) {
          if (rows.length >= limit) break;
          if (onlyFound && finding === null) continue;
          rows.push(row(address, finding === null ? 'nothing found' : 'open', finding, at));
        }
        return { rows };
      },
    },
    scan: {
      check: ({ address }) => {
        if (!sock.isOn)
          throw new SignalboxError(
            'refused',
            'Nobody is scanned: expected enabled = true and target in [services.sockcheck].',
          );
        const why = scanRefusal(sock, groupsOf(address));
        if (why !== null) refuse('refused', why);
      },
      impact: ({ address }) => impactOn(clientsOf(groupsOf(address)), 'where an open proxy is found, bans'),
      run: async ({ address }, { signal }) => {
        const groups = groupsOf(address);
        const { finding, banned, spared } = await sock.scan(groups, signal);
        if (finding === undefined)
          throw new SignalboxError('unavailable', `${addressText(groups)} could not be scanned.`);
        const why = spared === null ? null : sparedAddressText(spared);
        return { address: addressText(groups), found: finding, banned, spared: why };
      },
    },
    'forget-scan': {
      check: ({ address }) => {
        const text = addressText(groupsOf(address));
        if (checker.isUnderWay(text)) throw new SignalboxError('conflict', `${text} is scanned now.`);
        if (checker.finding(text) === undefined)
          throw new SignalboxError('not_found', `Nothing is known of ${text}.`);
      },
      run: ({ address }) => {
        const text = addressText(groupsOf(address));
        checker.forget(text);
        return { address: text };
      },
    },
    'scan-exempts': {
      run: ({ limit }) => ({ rows: exempts.list.all().slice(0, limit).map(shown) }),
    },
    'set-scan-exempt': {
      check: ({ network }) => {
        networkNamed(network);
      },
      run: async ({ network: typed, reason, minutes }, { actor }) => {
        const network = networkNamed(typed);
        const setMs = options.clock.now();
        const expiresMs = minutes === 0 ? null : setMs + minutes * 60_000;
        await exempts.list.put({ network, reason, by: administrator(actor).name, setMs, expiresMs });
        return { network };
      },
    },
    'drop-scan-exempt': {
      check: ({ network }) => {
        if (exempts.list.get(networkNamed(network)) === undefined)
          throw new SignalboxError('not_found', `${network} is not exempt.`);
      },
      run: async ({ network }) => {
        await exempts.list.drop(networkNamed(network));
        return { network: networkNamed(network) };
      },
    },
  };
}

/** @throws SignalboxError `bad_request` */
function groupsOf(address: string): AddressGroups {
  const groups = parseAddress(address);
  if (groups !== null) return groups;
  throw new SignalboxError('bad_request', `address: expected an address, not ${address}`);
}
