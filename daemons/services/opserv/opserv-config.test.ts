/** What `[services.opserv]` takes, what it is by default, and what OpServ makes of it. */
import { expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { opservConfigSchema, opservRules } from './opserv-config.ts';

it('each setting takes what it takes, up to its bounds, and comes to a rule of its own', () => {
  expect(opservRules(opservConfigSchema.parse({}))).toEqual({
    untrusted: limits.untrustedClients.default,
    cloneMinutes: limits.cloneBanMinutes.default,
    blockMinutes: limits.blockMinutes.default,
    defcon: { sessions: limits.defconSessions.default, minutes: limits.defconMinutes.default, modes: '' },
  });
  const whole = {
    ...{ clients_per_address: 7, clone_ban_minutes: 8, block_minutes: 9 },
    ...{ defcon_clients_per_address: 3, defcon_minutes: 4, defcon_modes: 'mi' },
  };
  expect(opservRules(opservConfigSchema.parse(whole))).toEqual({
    ...{ untrusted: 7, cloneMinutes: 8, blockMinutes: 9 },
    defcon: { sessions: 3, minutes: 4, modes: 'mi' },
  });
  for (const [name, least, most] of [
    ['clients_per_address', 0, 100_000],
    ['clone_ban_minutes', 1, 525_600],
    ['block_minutes', 1, 525_600],
    ['defcon_clients_per_address', 1, 100_000],
    ['defcon_minutes', 0, 525_600],
  ] as const) {
    const takes = (value: number) => opservConfigSchema.safeParse({ [name]: value }).success;
    expect([least, most, least - 1, most + 1, least + 0.5].map(takes), name).toEqual([
      ...[true, true, false, false, false],
    ]);
  }
  const modes = (text: string) => opservConfigSchema.safeParse({ defcon_modes: text }).success;
  expect(['', 'm', 'x'.repeat(16), 'x'.repeat(17), '+m', 'm5', 'm '].map(modes)).toEqual([
    ...[true, true, true, false, false, false, false],
  ]);
});
