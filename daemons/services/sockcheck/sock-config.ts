/** The table `[services.sockcheck]`: whether and how those who connect are scanned, and what is done where an open proxy is found. */
import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { addressWord, lineText } from '../../../contract/line-texts.ts';
import { type CidrBlock, parseCidr } from '../../runtime/net/ip-address.ts';
import { limits } from '../limits.ts';
import { compileProbe, PROBES, type ProbeScript } from './probe.ts';
import type { ScanRules } from './sock-checker.ts';

/** What probes are compiled with to see whether they can be. */
const ANY_TARGET = { address: '192.0.2.1', port: 6667 };

const script = z.string().max(limits.sockcheckScriptCharacters.default);
const minutes = z.int().min(1).max(525_600);

const probe = z
  .strictObject({
    name: lineText({ max: 64 }).describe('What it finds, as it is told, such as “an open SOCKS5 proxy”.'),
    port: z.int().min(1).max(65_535).describe('Port that it connects to.'),
    turns: z
      .array(
        z.strictObject({
          send: script
            .default('')
            .describe(
              'What is sent: bytes in hex, "text", {address} and {port} of the target in bytes, {address_text} and {port_text} in words.',
            ),
          expect: script.describe('What has to come back, written alike; .. is any byte.'),
        }),
      )
      .max(limits.sockcheckTurns.default)
      .default([])
      .describe('What is sent and what has to come back, in turns; none: that it connects is enough.'),
  })
  .superRefine((written, context) => {
    const problem = probeProblem(written);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

export const sockCheckConfigSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Whether those who connect are scanned for open proxies; `target` is needed for it.'),
    target: z
      .string()
      .refine(isIPv4, { error: 'expected an IPv4 address, such as 192.0.2.1' })
      .optional()
      .describe(
        'IPv4 address that a proxy is asked to connect to, which the whole internet reaches: that of your IRC server.',
      ),
    target_port: z.int().min(1).max(65_535).default(6667).describe('Port that it is asked to connect to.'),
    sockets: z
      .int()
      .min(1)
      .max(1_024)
      .default(limits.sockcheckSockets.default)
      .describe('Connections of scans at once, over all who are scanned.'),
    connection_seconds: z
      .int()
      .min(1)
      .max(60)
      .default(limits.sockcheckConnectionSeconds.default)
      .describe('How long one of them may last.'),
    remember_minutes: minutes
      .default(limits.sockcheckRememberMinutes.default)
      .describe('How long an address is not scanned again.'),
    gline_minutes: minutes
      .default(limits.sockcheckBanMinutes.default)
      .describe('How long the address of an open proxy is banned from the network.'),
    reason: lineText({ max: 128 })
      .default('Open proxies may not connect to this network')
      .describe('Why, for the ban; what was found stands behind it.'),
    notice: lineText({ min: 0, max: 300 })
      .default(
        'This network looks whether open proxies run at the address of whoever connects: a few connections to yours begin now.',
      )
      .describe('What everybody is told before they are scanned; empty for nothing.'),
    exempt: z
      .array(
        addressWord({ max: 64 }).refine((text) => parseCidr(text) !== null, {
          error: 'expected an address or a network such as 10.0.0.0/8',
        }),
      )
      .max(limits.sockcheckNetworks.default)
      .default([])
      .describe('Addresses and networks that are not scanned, beside those that operators exempt.'),
    private: z
      .boolean()
      .default(false)
      .describe(
        'Whether addresses of private networks and of this machine are scanned too, for a network that is one.',
      ),
    probe: z
      .array(probe)
      .max(limits.sockcheckProbes.default)
      .default([])
      .describe('What is looked for, instead of open SOCKS and HTTP proxies at their usual ports.'),
  })
  .refine(({ enabled, target }) => !enabled || target !== undefined, {
    error: 'expected target beside enabled = true: the address of your IRC server, as the internet sees it',
  });

export type SockCheckConfig = z.output<typeof sockCheckConfigSchema>;

/** What operators have configured; may change with the configuration. */
export interface SockCheckRules extends ScanRules {
  readonly enabled: boolean;
  readonly banSeconds: number;
  readonly reason: string;
  /** Empty for nothing. */
  readonly notice: string;
  readonly exempt: readonly CidrBlock[];
  readonly private: boolean;
  /** What proxies are asked to connect to; null where nothing is configured. */
  readonly target: string | null;
}

export function sockCheckRules(config: SockCheckConfig): SockCheckRules {
  const target = { address: config.target ?? ANY_TARGET.address, port: config.target_port };
  const scripts = config.probe.length === 0 ? PROBES : config.probe;
  return {
    enabled: config.enabled,
    probes: scripts.map((one) => compileProbe(one, target)),
    sockets: config.sockets,
    connectionMs: config.connection_seconds * 1_000,
    rememberMs: config.remember_minutes * 60_000,
    banSeconds: config.gline_minutes * 60,
    reason: config.reason,
    notice: config.notice,
    exempt: config.exempt.map((network) => parseCidr(network)!),
    private: config.private,
    target: config.target === undefined ? null : `${config.target}:${config.target_port}`,
  };
}

/** What is wrong with a probe; null for nothing. */
function probeProblem(written: ProbeScript): string | null {
  try {
    compileProbe(written, ANY_TARGET);
    return null;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
