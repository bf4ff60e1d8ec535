/** Every scenario of the hostile benchmark, by id. */
import { ircdScenarios } from './ircd-scenarios.ts';
import { linkScenarios } from './link-scenarios.ts';
import { mainScenarios } from './main-scenarios.ts';
import { objectScenarios } from './object-scenarios.ts';
import { relayScenarios } from './relay-scenarios.ts';
import { relaySealedScenarios } from './relay-sealed.ts';
import type { Scenario } from './scenario.ts';
import { tlsStormScenarios } from './tls-storm.ts';

export const scenarios: readonly Scenario[] = [
  ...ircdScenarios,
  ...tlsStormScenarios,
  ...linkScenarios,
  ...relayScenarios,
  ...relaySealedScenarios,
  ...objectScenarios,
  ...mainScenarios,
];

/** @throws Error for one that does not exist. */
export function findScenario(id: string): Scenario {
  const scenario = scenarios.find((candidate) => candidate.id === id);
  if (scenario !== undefined) return scenario;
  throw new Error(`no scenario ${id}; there are ${scenarios.map((one) => one.id).join(', ')}`);
}
