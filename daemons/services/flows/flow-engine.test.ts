/** Flows end whole, whenever the process that runs them ends, whatever fails, and in whatever order they came. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { limits } from '../limits.ts';
import { type AnyFlowKind, end, type FlowAnswer, type FlowKind, goOn } from './flow-kind.ts';
import { Lives } from './test-lives.ts';

function living(kinds: readonly AnyFlowKind[]): Lives {
  const lives = new Lives();
  lives.begin(kinds);
  return lives;
}

const down = () => new SignalboxError('unavailable', 'It is down.');

/** Three steps, each of which writes its letter; the second finds out something. */
function letters(written: string[], fail: () => boolean = () => false) {
  const write = (letter: string) => {
    if (fail()) throw down();
    written.push(letter);
  };
  const kind: FlowKind<{ who: string; found?: number }, string> = {
    name: 'letters',
    first: 'a',
    steps: {
      async a({ who }) {
        write(`a ${who}`);
        return goOn('b', { found: 7 });
      },
      async b({ who, found }) {
        write(`b ${who} ${found}`);
        return goOn('c');
      },
      async c({ who }) {
        write(`c ${who}`);
        return end(`${who} is done`);
      },
    },
  };
  return kind;
}

describe('flows', () => {
  it('answer at their end, leave nothing behind, and are counted', async () => {
    const written: string[] = [];
    const kind = letters(written);
    const lives = living([kind]);
    await expect(lives.engine.begin(kind, 's', { who: 'x' })).resolves.toEqual({
      kind: 'done',
      answer: 'x is done',
    });
    expect(written).toEqual(['a x', 'b x 7', 'c x']);
    expect([lives.rows(), lives.engine.size, lives.clock.pendingTimers]).toEqual([[], 0, 0]);
    expect(lives.engine.counts.get('letters')).toMatchObject({ begun: 1, done: 1, retries: 0 });
    expect(lives.operations.counts.get('flow letters')).toMatchObject({ started: 3, failed: 0, inFlight: 0 });
  });

  it('write along with a step what belongs to it, or neither', async () => {
    const kind: FlowKind<object, string> = {
      name: 'one',
      first: 'only',
      steps: { only: async () => () => end('written') },
    };
    const lives = living([kind]);
    const refused = lives.engine.begin(kind, 's', {}, () => {
      throw new SignalboxError('conflict', 'No.');
    });
    await expect(refused).rejects.toMatchObject({ code: 'conflict' });
    expect([lives.rows(), lives.engine.size]).toEqual([[], 0]);
    await expect(lives.engine.begin(kind, 's', {})).resolves.toMatchObject({ answer: 'written' });
  });

  it('say at once that they are delayed when a step fails, and try again after 30 s, up to an hour', async () => {
    const written: string[] = [];
    let broken = true;
    const kind = letters(written, () => broken);
    const lives = living([kind]);
    await expect(lives.engine.begin(kind, 's', { who: 'x' })).resolves.toEqual({
      kind: 'delayed',
      why: 'It is down.',
    });
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      await lives.settle();
      const [row] = lives.engine.rows();
      expect(row).toMatchObject({
        step: 'a',
        state: 'waiting',
        attempts: attempt + 1,
        problem: 'It is down.',
      });
      pauses.push((row!.retryAt! - lives.clock.now()) / 1_000);
      await lives.clock.advance(row!.retryAt! - lives.clock.now());
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    await lives.settle();
    broken = false;
    expect([lives.engine.waiting, lives.engine.retry(null)]).toEqual([1, 1]);
    await lives.settle();
    expect([written.length, lives.engine.size, lives.rows()]).toEqual([3, 0, []]);
    expect(lives.logged[0]).toContain('warn flow_failed letters of s at a, attempt 1: It is down.');
  });

  it('let whoever asked go after 20 seconds, and go on', async () => {
    const gate: (() => void)[] = [];
    const kind: FlowKind<object, string> = {
      name: 'slow',
      first: 'wait',
      steps: {
        async wait() {
          await new Promise<void>((open) => gate.push(open));
          return end('late');
        },
      },
    };
    const lives = living([kind]);
    const answer = lives.engine.begin(kind, 's', {});
    await lives.settle();
    await lives.clock.advance(limits.flowAnswerMs.default);
    await expect(answer).resolves.toMatchObject({ kind: 'delayed' });
    expect(lives.engine.rows()).toMatchObject([{ state: 'working', retryAt: null }]);
    gate[0]!();
    await lives.settle();
    expect(lives.engine.size).toBe(0);
  });

  it('go one after the other where they are about the same, and side by side up to a number where not', async () => {
    const order: string[] = [];
    const gates = new Map<string, () => void>();
    const kind: FlowKind<{ who: string }, null> = {
      name: 'gated',
      first: 'wait',
      steps: {
        async wait({ who }) {
          order.push(who);
          await new Promise<void>((open) => gates.set(who, open));
          return end(null);
        },
      },
    };
    const lives = living([kind]);
    const begin = (subject: string, who: string) => void lives.engine.begin(kind, subject, { who });
    begin('s', 's1');
    begin('s', 's2');
    const others = Array.from({ length: limits.flowsAtOnce.default + 3 }, (_, at) => `o${at}`);
    for (const who of others) begin(who, who);
    await lives.settle();
    expect(order).toEqual(['s1', ...others.slice(0, limits.flowsAtOnce.default - 1)]);
    expect(lives.engine.isAhead(kind, 's')).toBe(true);
    expect(lives.engine.isAhead(kind, 'o0')).toBe(false);
    while (lives.engine.size > 0) {
      for (const open of gates.values()) open();
      await lives.settle();
    }
    expect(new Set(order)).toEqual(new Set(['s1', 's2', ...others]));
  });

  it('can be given up by hand, are bounded, and one that is not known is left as it is', async () => {
    const kind = letters([], () => true);
    const lives = living([kind]);
    await lives.engine.begin(kind, 's', { who: 'x' });
    await lives.settle();
    const { id } = lives.engine.rows()[0]!;
    expect(() => lives.engine.retry(id + 1)).toThrow(/no flow/);
    await lives.engine.drop(id);
    expect([lives.rows(), lives.engine.size, lives.clock.pendingTimers]).toEqual([[], 0, 0]);
    lives.database.exec(
      "INSERT INTO flows (kind, subject, step, data, begun, due) VALUES ('newer', 's', 'x', '{}', 1, 1)",
    );
    lives.live();
    expect([lives.engine.size, lives.rows().length]).toEqual([0, 1]);
    expect(lives.logged.at(-1)).toContain('newer of s at x');
    const most = limits.flows.default;
    const begin = (at: number) => lives.engine.begin(kind, `m${at}`, { who: 'x' });
    const many: ReturnType<typeof begin>[] = [];
    while (many.length < most) {
      many.push(begin(many.length));
      // So many are written at once.
      if (many.length % 5_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(begin(most)).rejects.toMatchObject({ code: 'limit_reached' });
    lives.engine.close();
    expect((await Promise.all(many)).every(({ kind: came }) => came === 'delayed')).toBe(true);
  });
});

/** What another program has, which does what it is asked before or without its answer being heard. */
interface Doing {
  /** The call of all, at which the process is killed, and whether before or after what was asked is done. */
  readonly killed: { readonly call: number; readonly before: boolean }[];
  readonly failing: ReadonlySet<number>;
}

it('killed at each step, before and after what it asks is done, a flow ends whole and does everything once or more, in order', async () => {
  const doing = fc.record({
    killed: fc.array(fc.record({ call: fc.integer({ min: 1, max: 9 }), before: fc.boolean() }), {
      maxLength: 4,
    }),
    failing: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }).map((calls) => new Set(calls)),
  });
  await fc.assert(fc.asyncProperty(doing, play), { numRuns: 80 });
});

async function play({ killed, failing }: Doing): Promise<void> {
  const done: string[] = [];
  let calls = 0;
  let kill: (() => void) | null = null;
  const ask = async (what: string): Promise<void> => {
    const call = ++calls;
    const death = killed.find((one) => one.call === call);
    if (death?.before === true) return await die();
    if (failing.has(call)) throw down();
    done.push(what);
    if (death !== undefined) await die();
  };
  const die = () => {
    kill!();
    return new Promise<void>(() => {});
  };
  const kind: FlowKind<{ names: string[] }, string> = {
    name: 'counted',
    first: '0',
    steps: Object.fromEntries(
      [0, 1, 2, 3].map((at) => [
        String(at),
        async ({ names }: { names: string[] }) => {
          await ask(`${at}${names.join('')}`);
          const data = { names: [...names, String(at)] };
          return () => (at === 3 ? end('whole') : goOn(String(at + 1), data));
        },
      ]),
    ),
  };
  const lives = living([kind]);
  kill = () => lives.die();
  const answers: FlowAnswer<string>[] = [];
  void lives.engine.begin(kind, 's', { names: [] }).then((answer) => answers.push(answer));
  await lives.untilWhole();
  expect(done.filter((what, at) => what !== done[at - 1])).toEqual(['0', '10', '201', '3012']);
  expect(answers.length).toBe(1);
}
