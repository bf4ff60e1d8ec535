/** Admin commands about scans for open proxies. Their code is in sock-handlers.ts. */
import { z } from 'zod';
import { addressWord } from '../../../contract/line-texts.ts';
import { type CommandSpec, defineCommand } from '../../../contract/manifest.ts';
import { endless, LISTS, reason, setColumns, shownRows } from '../opserv/ban-admin.ts';

const address = addressWord({ max: 64 }).describe('The address');
const network = addressWord({ max: 64 }).describe('An address, or a network such as 10.0.0.0/8');

/** Everything that waits, and the longest that a scan takes of most addresses. */
const SCAN_MS = 300_000;

export const sockAdminCommands = {
  sockcheck: defineCommand({
    summary: 'Show whether those who connect are scanned for open proxies, and what was found',
    sentence: 'look|looked at the scans for open proxies',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'json',
    columns: [
      { key: 'state', title: 'Scans', type: 'text' },
      { key: 'scanned', title: 'Addresses scanned', type: 'number' },
      { key: 'found', title: 'Open proxies', type: 'number' },
      { key: 'banned', title: 'Addresses banned', type: 'number' },
      { key: 'running', title: 'Scanned now', type: 'number' },
      { key: 'waiting', title: 'Waiting', type: 'number' },
      { key: 'sockets', title: 'Connections', type: 'number' },
      { key: 'mostSockets', title: 'Most connections', type: 'number' },
      { key: 'remembered', title: 'Remembered', type: 'number' },
      { key: 'dropped', title: 'Found no room', type: 'number' },
      { key: 'failed', title: 'Could not be scanned', type: 'number' },
      { key: 'probes', title: 'Probes', type: 'number' },
      { key: 'target', title: 'Proxies are asked for', type: 'text' },
    ],
  }),
  scans: defineCommand({
    ...LISTS,
    summary: 'List the addresses that are scanned or wait to be, and what was found at others of late',
    sentence: 'list|listed the scans for open proxies',
    args: z.object({
      found: z.boolean().default(false).describe('Only those where something was found'),
      limit: shownRows,
    }),
    columns: [
      { key: 'address', title: 'Address', type: 'text' },
      { key: 'state', title: 'State', type: 'text' },
      { key: 'found', title: 'Found', type: 'text' },
      { key: 'scannedAt', title: 'Scanned', type: 'time' },
      { key: 'clients', title: 'Clients', type: 'number', rank: 2 },
    ],
    rowActions: [
      { title: 'Scan anew', command: 'scan', args: { address: 'address' }, noun: 'address' },
      { title: 'Forget', command: 'forget-scan', args: { address: 'address' }, noun: 'address' },
      { title: 'Exempt', command: 'set-scan-exempt', args: { network: 'address' }, noun: 'address' },
    ],
  }),
  scan: defineCommand({
    summary: 'Look for open proxies at an address now; where there is one the address is banned',
    sentence: 'scan|scanned {address} for open proxies[ and found {=found}]',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({ address }),
    result: 'json',
    columns: [
      { key: 'address', title: 'Address', type: 'text' },
      { key: 'found', title: 'Found', type: 'text' },
      { key: 'banned', title: 'Banned', type: 'boolean' },
      { key: 'spared', title: 'Why not', type: 'text' },
    ],
    effects: ['signalbox_services_scans_total'],
    timeoutMs: SCAN_MS,
  }),
  'forget-scan': defineCommand({
    summary: 'Forget what was found at an address, so that it is scanned anew; a ban stays',
    sentence: 'forget|forgot what was found at {address}',
    danger: 'safe',
    access: 'operate',
    args: z.object({ address }),
    result: 'json',
    columns: [{ key: 'address', title: 'Address', type: 'text' }],
  }),
  'scan-exempts': defineCommand({
    ...LISTS,
    summary: 'List the addresses and networks from which nobody is scanned',
    sentence: 'list|listed what is exempt from scans',
    args: z.object({ limit: shownRows }),
    columns: [
      { key: 'network', title: 'Network', type: 'text' },
      { key: 'reason', title: 'Reason', type: 'text' },
      ...setColumns,
    ],
    rowActions: [
      { title: 'Take away', command: 'drop-scan-exempt', args: { network: 'network' }, noun: 'exemption' },
    ],
  }),
  'set-scan-exempt': defineCommand({
    summary: 'Have nobody from an address or network scanned',
    sentence: 'exempt|exempted {network} from scans[ for {minutes} minutes][ (“{reason}”)]',
    danger: 'safe',
    access: 'operate',
    args: z.object({ network, reason: reason.default('Set by an administrator'), minutes: endless }),
    result: 'json',
    columns: [{ key: 'network', title: 'Network', type: 'text' }],
  }),
  'drop-scan-exempt': defineCommand({
    summary: 'Have those from an address or network scanned again',
    sentence: 'exempt|exempted {network} from scans no more',
    danger: 'safe',
    access: 'operate',
    args: z.object({ network }),
    result: 'json',
    columns: [{ key: 'network', title: 'Network', type: 'text' }],
  }),
} satisfies Record<string, CommandSpec>;
