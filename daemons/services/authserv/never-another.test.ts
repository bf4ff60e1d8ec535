/**
 * Whatever happens to people and accounts while something is awaited (they leave, change nick, are logged out; somebody else gets the
 * numeric or the name of the account; the link splits), nobody is logged in, answered or acted upon but who asked, as what they are then.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Crowd, type Where } from './test-crowd.ts';
import { NICKS, NUMERICS, Play } from './test-play.ts';
import type { Ask, Mechanism, Owner, Step } from './test-steps.ts';

const who = fc.nat({ max: NUMERICS.length - 1 });
const owner = fc.constantFrom<Owner>('ann', 'ann', 'ann', 'bob', 'top');
const nick = fc.nat({ max: NICKS.length - 1 });
const right = fc.boolean();
const login = fc.constantFrom<Owner | 'fay'>('ann', 'ann', 'ann', 'bob', 'top', 'fay');
const ask: fc.Arbitrary<Ask> = fc.oneof(
  fc.record({ say: fc.constant('AUTH' as const), account: login, right }),
  fc.record({ say: fc.constantFrom('PASS' as const, 'UNREGISTER' as const), right }),
  fc.constant({ say: 'ADDCERTFP' } as const),
  fc.record({ say: fc.constant('CONFIRM' as const), right }),
  fc.record({ say: fc.constant('REGISTER' as const), name: fc.nat({ max: 2 }) }),
  fc.record({
    say: fc.constant('COOKIE' as const),
    account: owner,
    kind: fc.constantFrom('password_change' as const, 'email_change' as const, 'allowauth' as const),
    right,
  }),
);
const operatorAsk: fc.Arbitrary<Ask> = fc.record({
  say: fc.constantFrom('LEVEL', 'PASSWORD', 'EMAIL', 'RENAME', 'OUNREGISTER' as const),
  target: fc.oneof(owner, who),
});
const mechanism = fc.constantFrom<Mechanism>('PLAIN', 'EXTERNAL', 'SCRAM-SHA-256', 'OAUTHBEARER');
const as = fc.oneof(owner, fc.constant(null));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ask' as const), who, ask }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('ask' as const), who: fc.constantFrom(2, 3), ask: operatorAsk }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('sasl' as const), who, mechanism, account: login, right }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), who }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('come' as const, 'replace' as const), who, as, nick }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('leave' as const, 'logout' as const),
      who,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rename' as const), who, nick }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('open' as const), nth: fc.nat({ max: 9 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('taken' as const, 'taken' as const, 'suspend' as const, 'logoutAll' as const),
      account: owner,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('split' as const, 'relink' as const, 'hold' as const) }),
  },
);

async function play(where: Where, steps: readonly Step[]): Promise<Play> {
  const crowd = await Crowd.start(where);
  try {
    const all = new Play(crowd);
    // An operator is there, whose people come and go as all others.
    await all.step({ do: 'replace', who: 3, as: 'top', nick: 4 });
    for (const one of steps) await all.step(one);
    await all.end();
    return all;
  } finally {
    await crowd.close();
  }
}

/** What everything ends in that can be asked for, where nothing comes between. */
const ENDS: readonly (readonly [Ask, Owner | null, RegExp])[] = [
  [{ say: 'AUTH', account: 'ann', right: true }, null, /You are logged in to the account ann\./],
  [{ say: 'PASS', right: true }, 'ann', /The password of ann is changed\./],
  [{ say: 'ADDCERTFP' }, 'ann', /The certificate logs you in from now on\./],
  [{ say: 'UNREGISTER', right: true }, 'ann', /The account ann is deleted\./],
  [{ say: 'REGISTER', name: 1 }, null, /You are logged in to the account reg1\./],
  [
    { say: 'COOKIE', account: 'bob', kind: 'password_change', right: true },
    null,
    /You are logged in to the account bob\./,
  ],
  [
    { say: 'COOKIE', account: 'bob', kind: 'email_change', right: true },
    'bob',
    /The e-mail address of bob is by@example\.net now\./,
  ],
  [{ say: 'COOKIE', account: 'bob', kind: 'allowauth', right: true }, null, /logged in to the account bob\./],
  [{ say: 'CONFIRM', right: true }, null, /logged in to the account una\./],
  [{ say: 'LEVEL', target: 'ann' }, 'top', /LEVEL is now: 300/],
  [{ say: 'PASSWORD', target: 'ann' }, 'top', /The password of ann is changed\./],
  [{ say: 'EMAIL', target: 'ann' }, 'top', /EMAIL is now: by@example\.net/],
  [{ say: 'RENAME', target: 'bob' }, 'top', /The account bob is called new\d+ now\./],
  [{ say: 'OUNREGISTER', target: 'bob' }, 'top', /The account bob is deleted\./],
];
const LOGINS: readonly (readonly [Mechanism, Owner | 'fay'])[] = [
  ['PLAIN', 'ann'],
  ['EXTERNAL', 'ann'],
  ['SCRAM-SHA-256', 'ann'],
];

const open: Step = { do: 'open', nth: 0 };
/** What chance seldom comes upon. */
const NARROW: readonly Step[][] = [
  // The account is somebody else's while what an operator does to it is written down, and while a password of theirs is hashed.
  [
    { do: 'ask', who: 3, ask: { say: 'LEVEL', target: 'ann' } },
    { do: 'taken', account: 'ann' },
  ],
  [
    { do: 'ask', who: 3, ask: { say: 'PASSWORD', target: 'ann' } },
    open,
    { do: 'taken', account: 'ann' },
    { do: 'open', nth: 1 },
    { do: 'open', nth: 1 },
  ],
  // Somebody else has the nick by then.
  [
    { do: 'replace', who: 0, as: 'ann', nick: 0 },
    { do: 'ask', who: 3, ask: { say: 'LEVEL', target: 0 } },
    { do: 'leave', who: 0 },
    { do: 'come', who: 0, as: 'bob', nick: 0 },
  ],
  // The account ends in the turn of the disk in which somebody is let in.
  [
    { do: 'hold' },
    { do: 'sasl', who: 0, mechanism: 'PLAIN', account: 'ann', right: true },
    { do: 'open', nth: 1 },
    { do: 'taken', account: 'ann' },
  ],
];

describe.each<Where>(['here', 'keycloak', 'ircu'])('with accounts and servers as %s', (where) => {
  it('does all of it where nothing comes between', async () => {
    for (const [one, as, end] of ENDS) {
      const { witness } = await play(where, [
        { do: 'replace', who: 0, as, nick: 0 },
        { do: 'ask', who: 0, ask: one },
      ]);
      expect(witness.seen.join('\n'), one.say).toMatch(end);
    }
    const bearer = [
      ['OAUTHBEARER', 'ann'],
      ['PLAIN', 'fay'],
    ] as const;
    for (const [one, account] of [...LOGINS, ...(where === 'keycloak' ? bearer : [])]) {
      const { witness } = await play(where, [{ do: 'sasl', who: 1, mechanism: one, account, right: true }]);
      expect(witness.seen.join('\n'), one).toMatch(new RegExp(`( L|:OK) ${account}|AC ACAAB ${account}`));
    }
  });

  it('acts upon nobody but who asked, and upon no account but the one that was meant', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), async (steps) => {
        await play(where, steps);
      }),
      { numRuns: 25, examples: NARROW.map((steps) => [steps]) },
    );
  });
});
