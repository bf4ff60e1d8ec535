/** How a changed configuration is taken over, in steps that main leads, and what a start with it would say. */
import { z } from 'zod';
import type { MessageOf } from '../read-only.ts';
import { wireErrorSchema } from '../wire-error.ts';
import { tcpEndpointSchema, unixEndpointSchema } from './endpoint.ts';

/**
 * The steps of a reload. `begin` checks the configuration and opens what can be opened; `release` closes listeners that go,
 * `bind` opens those whose address was held, `commit` puts it into force. `undo` closes what was opened, `restore` opens again
 * what was closed. All daemons take a step before any takes the next, so that they can exchange addresses.
 */
export const RELOAD_STEPS = ['begin', 'release', 'bind', 'commit', 'undo', 'restore'] as const;
/** One of {@link RELOAD_STEPS}. */
export type ReloadStep = (typeof RELOAD_STEPS)[number];

const held = {
  /** Of the setting that wants it, such as `ircd.listen[0]`. */
  key: z.string(),
  /** Whether a listener of the same daemon holds it, which goes with this reload. */
  own: z.boolean(),
};

export const heldAddressSchema = z.union([
  z.strictObject({ ...tcpEndpointSchema.pick({ host: true, port: true }).shape, ...held }),
  z.strictObject({ ...unixEndpointSchema.pick({ path: true }).shape, ...held }),
]);

/** An address that a listener cannot have now. */
export type HeldAddress = MessageOf<typeof heldAddressSchema>;

export const reloadBegunSchema = z.strictObject({
  /** Addresses that are held by somebody: by a listener that goes, or by another process. */
  held: z.array(heldAddressSchema),
});

/** The answer to `begin`. */
export type ReloadBegun = MessageOf<typeof reloadBegunSchema>;

/** The answer to every step between `begin` and `commit`, and to those that lead back. */
export const stepDoneSchema = z.null();

export const reloadOutcomeSchema = z.strictObject({
  /** Settings that took effect at once. */
  applied: z.array(z.string()),
  /** Settings that wait for a restart. */
  restartRequired: z.array(z.string()),
  /** What the operator should know although the configuration was taken. */
  warnings: z.array(z.string()),
});

/** The answer to `commit`: what a reload did. */
export type ReloadOutcome = MessageOf<typeof reloadOutcomeSchema>;

export const checkOutcomeSchema = z.strictObject({
  /** What a start would be refused for, but for addresses that are held. */
  mistakes: z.array(wireErrorSchema),
  warnings: z.array(z.string()),
  held: z.array(heldAddressSchema),
});

/** What a daemon answers to `check`. */
export type CheckOutcome = MessageOf<typeof checkOutcomeSchema>;
