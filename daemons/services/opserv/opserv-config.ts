/** The table `[services.opserv]`: how many may come from an address, how long bans last, and what DEFCON does. */
import { z } from 'zod';
import { limits } from '../limits.ts';
import type { OpServRules } from './opserv.ts';

const minutes = z.int().min(1).max(525_600);

export const opservConfigSchema = z.strictObject({
  clients_per_address: z
    .int()
    .min(0)
    .max(100_000)
    .default(limits.untrustedClients.default)
    .describe(
      'Clients that may come from one address that nobody trusts: at that number they are warned, above it the address is banned; 0 for any number.',
    ),
  clone_ban_minutes: minutes
    .default(limits.cloneBanMinutes.default)
    .describe('How long an address is banned from which too many came.'),
  block_minutes: minutes
    .default(limits.blockMinutes.default)
    .describe('How long BLOCK and TRACE ban an address where no time is given.'),
  defcon_clients_per_address: z
    .int()
    .min(1)
    .max(100_000)
    .default(limits.defconSessions.default)
    .describe('Clients that may come from one address while DEFCON is below 5.'),
  defcon_minutes: z
    .int()
    .min(0)
    .max(525_600)
    .default(limits.defconMinutes.default)
    .describe('After which DEFCON is 5 again; 0 for never.'),
  defcon_modes: z
    .string()
    .regex(/^[A-Za-z]{0,16}$/, { error: 'expected letters of channel modes without values, such as "m"' })
    .default('')
    .describe('Modes that are set on all channels at DEFCON 3 and below, such as "m"; none by default.'),
});

export function opservRules(config: z.output<typeof opservConfigSchema>): OpServRules {
  return {
    untrusted: config.clients_per_address,
    cloneMinutes: config.clone_ban_minutes,
    blockMinutes: config.block_minutes,
    defcon: {
      sessions: config.defcon_clients_per_address,
      minutes: config.defcon_minutes,
      modes: config.defcon_modes,
    },
  };
}
