/** Attacks on the relay. */
import type { Scenario } from './scenario.ts';

export const relayScenarios: readonly Scenario[] = [];
