import fc from 'fast-check';
import { it } from 'vitest';
import { type RelayStep, RelayTwin } from '../test-model/relay-twin.ts';

/** Seconds of random steps; a long run finds what a short one leaves to chance. */
const RUN_SECONDS = Number(process.env.SIGNALBOX_MODEL_SECONDS ?? 0);

const slot = fc.nat(4);
const peer = fc.constantFrom('ann', 'bob', 'cyd', '-bad');
const room = fc.oneof(fc.constantFrom('x', 'y'), fc.constantFrom('z', 'w', ' no', 'far too long'));
const offset = fc.nat(3);
const hello = fc.record({
  type: fc.constant('hello'),
  mode: fc.constantFrom('rooms', 'rooms', 'rooms', 'direct', 'broadcast', 'echo'),
  peer,
  features: fc.constantFrom([], ['presence']),
});
const request = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('join'), id: fc.constant(9), room, create: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('create', 'leave'), id: fc.constant(9), room }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('list'), id: fc.constant(9), offset }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('members'), id: fc.constant(9), room, offset }) },
  { weight: 1, arbitrary: fc.constant({ type: 'ping', id: 9 }) },
);
const step: fc.Arbitrary<RelayStep> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      slot,
      connect: fc.constantFrom('rooms' as const, 'echo' as const, 'broadcast' as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ slot, control: hello }) },
  { weight: 16, arbitrary: fc.record({ slot, control: request }) },
  { weight: 3, arbitrary: fc.record({ slot, kind: fc.constant('room' as const), to: room }) },
  {
    weight: 3,
    arbitrary: fc.record({
      slot,
      kind: fc.constantFrom('direct' as const, 'broadcast' as const, 'echo' as const),
      to: peer,
    }),
  },
  { weight: 2, arbitrary: fc.record({ slot, plain: fc.constantFrom('hi', '', '\0{"type":"other"}') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      slot,
      become: fc.constantFrom(
        'gone' as const,
        'gone' as const,
        'full' as const,
        'reading' as const,
        'slow' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ ban: peer, on: fc.boolean() }) },
);

/** Three who are there: the first two want to know who comes and goes. */
const CROWD: readonly RelayStep[] = ['ann', 'bob', 'cyd'].flatMap((id, at): RelayStep[] => [
  { slot: at, connect: at === 2 ? 'echo' : 'rooms' },
  {
    slot: at,
    control: { type: 'hello', mode: 'rooms', peer: id, features: at === 2 ? [] : ['presence'] },
  },
]);

function play(steps: readonly RelayStep[]): void {
  const twin = new RelayTwin();
  for (const one of [...CROWD, ...steps]) twin.do(one);
  twin.close();
}

it('tells everybody what a slow model of the relay says, whatever is done in whichever order', {
  timeout: (RUN_SECONDS + 60) * 1000,
}, () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), play),
    RUN_SECONDS === 0
      ? { numRuns: 400, seed: 20_260_101 }
      : {
          numRuns: Number.MAX_SAFE_INTEGER,
          interruptAfterTimeLimit: RUN_SECONDS * 1000,
          markInterruptAsFailure: false,
        },
  );
});
