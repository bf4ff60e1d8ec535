/**
 * Whatever happens to a user while their password is checked (they leave, change nick, or somebody else gets their numeric), nobody is
 * logged in or told anything but who asked.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LoginMemory } from '../keycloak/login-memory.ts';
import type { Grant } from '../keycloak/sign-in-operations.ts';
import { TestNetwork } from '../test-network.ts';

type Step =
  | { readonly do: 'ask'; readonly who: number; readonly right: boolean }
  | { readonly do: 'leave' | 'come' | 'rename' | 'replace'; readonly who: number }
  | { readonly do: 'check' }
  | { readonly do: 'squit' };

const NUMERICS = ['ACAAA', 'ACAAB', 'ACAAC'];
const who = fc.nat({ max: NUMERICS.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), who, right: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('leave', 'come', 'rename', 'replace' as const), who }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'check' } as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'squit' } as const) },
);

/** Opens one wait after the other. */
class Gate {
  #waiting: (() => void)[] = [];
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  open(): void {
    this.#waiting.shift()?.();
  }
  get waiting(): number {
    return this.#waiting.length;
  }
}

/** The account belongs to a user of Keycloak, which answers when the gate opens. */
async function moveToKeycloak(test: TestNetwork, gate: Gate): Promise<void> {
  const { links, keeper } = test.services.accounts;
  await test.writes.write(() => links.link(keeper.store.get('ann'), 'id-ann', 'ann'));
  const granted: Grant = { kind: 'granted', user: 'id-ann', username: 'ann', at: null, email: undefined };
  const nobody = async () => null;
  test.keycloak = {
    client: {
      signIn: {
        async grant(_name, password) {
          await gate.wait();
          return password === 'correct-horse' ? granted : { kind: 'wrong' };
        },
      },
      users: { credentials: async () => [] },
    },
    directory: { named: nobody, withId: nobody, withCertificate: nobody },
    logins: new LoginMemory(test.clock),
    tokens: { look: async () => ({ wrong: 'none' }) },
  };
}

async function play(steps: readonly Step[], where: 'here' | 'keycloak'): Promise<void> {
  const test = await TestNetwork.start();
  test.join('ABAAA', 'owner');
  await test.ask('ABAAA', 'REGISTER ann correct-horse');
  await test.ask('ABAAA', 'SET MAXLOGINS 20');
  const gate = new Gate();
  if (where === 'keycloak') await moveToKeycloak(test, gate);
  else {
    test.passwords.fits = async (hash, password) => {
      await gate.wait();
      return hash === password;
    };
  }
  /** Who has asked since they came, by numeric; cleared for who comes in their place. */
  const asked = new Map<string, { right: boolean }>();
  let names = 0;
  const come = (numeric: string) => {
    asked.delete(numeric);
    test.say(`AC N guest${++names} 1 950 ~g g.example.net +i AKAAAB ${numeric} :Guest`);
  };
  const server = () => test.say('AB S leaf.test 2 900 900 P10 AC]]] +6 :Leaf');
  /** What is said to somebody or done to them is to who has asked, and what they asked for. */
  const look = () => {
    for (const line of test.take()) {
      const [, token, numeric = ''] = line.split(' ');
      if (!NUMERICS.includes(numeric)) continue;
      expect(asked.has(numeric), line).toBe(true);
      if (token === 'AC') expect(asked.get(numeric)!.right, line).toBe(true);
      expect(test.uplink.view.users.has(numeric), line).toBe(true);
    }
  };
  server();
  for (const numeric of NUMERICS) come(numeric);
  test.take();
  const settle = async () => {
    for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
    look();
  };
  for (const one of steps) {
    const numeric = 'who' in one ? NUMERICS[one.who]! : '';
    const there = test.uplink.view.users.has(numeric);
    if (one.do === 'check') gate.open();
    else if (one.do === 'squit') {
      test.say('AB SQ leaf.test 0 :gone');
      asked.clear();
      server();
    } else if (one.do === 'ask' && there) {
      const before = asked.get(numeric)?.right ?? false;
      asked.set(numeric, { right: before || one.right });
      test.say(`${numeric} P AFAAA :AUTH ann ${one.right ? 'correct-horse' : 'wrong-horse'}`);
    } else if (one.do === 'leave' && there) {
      test.say(`${numeric} Q :bye`);
      asked.delete(numeric);
    } else if (one.do === 'come' && !there) come(numeric);
    else if (one.do === 'rename' && there) test.say(`${numeric} N other${++names} 960`);
    else if (one.do === 'replace') come(numeric);
    await settle();
  }
  while (gate.waiting > 0) {
    gate.open();
    await settle();
  }
  await test.quiet();
  look();
  expect(test.services.operations.inUse).toBe(0);
  test.close();
}

it.each(['here', 'keycloak'] as const)('acts upon nobody but who asked, with passwords %s', async (where) => {
  const steps = fc.array(step, { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(steps, (some) => play(some, where)),
    { numRuns: 60 },
  );
});
