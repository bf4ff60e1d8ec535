/**
 * The recorder and a slow model side by side: whatever was sent, in whichever order, and whenever another thread is done with
 * a chunk or fails, every answer is the model's.
 */
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { same } from '../../runtime/test-fixtures/same.ts';
import { ManualEncoder } from '../test-fixtures/manual-encoder.ts';
import { METRICS, NOON, Scene, sample } from '../test-fixtures/scene.ts';
import { RecorderModel } from '../test-model/recorder-model.ts';
import { type Second, SOURCES, type RecorderStep as Step, step } from '../test-model/recorder-steps.ts';
import { alignDown, TIERS } from './tiers.ts';

/** Seconds of random steps; a long run finds what a short one leaves to chance. */
const RUN_SECONDS = Number(process.env.SIGNALBOX_MODEL_SECONDS ?? 0);

const AUDIT_ROWS = 25;
const AUDIT_DAYS = 1;
class Twin {
  readonly #encoder = new ManualEncoder();
  readonly scene: Scene;
  readonly #model = new RecorderModel(AUDIT_ROWS, AUDIT_DAYS);
  readonly #totals = [0, 0];
  readonly #instances = [1, 1];
  #lists = true;
  #entries = 0;
  #states = 0;

  /** With or without another thread that encodes. */
  constructor(elsewhere: boolean) {
    const keep = { auditRows: AUDIT_ROWS, auditDays: AUDIT_DAYS };
    this.scene = new Scene(keep, elsewhere ? this.#encoder : undefined);
    const database = new Database(this.scene.file);
    database.exec(
      "CREATE TRIGGER refuse BEFORE INSERT ON states WHEN NEW.daemon = 'refused' BEGIN SELECT RAISE(ABORT, 'it is refused'); END",
    );
    database.close();
  }

  async do(step: Step): Promise<void> {
    const { scene } = this;
    if (step.do === 'play') this.#play(step.source, step.seconds);
    else if (step.do === 'pass') {
      scene.now += step.seconds;
      this.#append([]);
    } else if (step.do === 'again') this.#startAgain(step);
    else if (step.do === 'old') this.#heardOfOld(step.source, step.level);
    else if (step.do === 'restart') {
      await scene.restart();
      // How long it was away a recorder learns from its first append.
      this.#append([]);
    } else if (step.do === 'encode') await this.#encode(step);
    else if (step.do === 'refused') this.#refused(step);
    else if (step.do === 'audit') this.#audit(step.entries);
    else if (step.do === 'history') await this.#history(step);
    else await this.#find(step.query, step.page);
    same('entries kept', scene.recorder.rows('audit'), this.#model.auditRows);
    same('states kept', scene.recorder.rows('states'), this.#states);
  }

  #append(
    samples: Parameters<Scene['append']>[0]['samples'],
    states: { source: string; time: number }[] = [],
  ) {
    const result = this.scene.append({
      samples: samples ?? [],
      states: states.map(({ source, time }) => ({ daemon: source, time, state: 'starting', cause: null })),
      ...(this.#lists ? { catalogs: SOURCES.map((one) => ({ source: one, metrics: [...METRICS] })) } : {}),
    });
    this.#lists = false;
    this.#states += states.length;
    same('taken', result, { stored: (samples?.length ?? 0) + states.length, rejected: 0 });
    this.#model.prune(this.scene.now * 1_000);
  }

  /** Also chunks of a recorder that was started anew since: whoever encodes them does not know. */
  async #encode({ count, fails }: Extract<Step, { do: 'encode' }>): Promise<void> {
    for (let i = 0; i < count; i++)
      if (!(await (fails ? this.#encoder.fail() : this.#encoder.finish()))) return;
  }

  /** A batch that the database does not take, and that main gives up. */
  #refused({ source, seconds }: Extract<Step, { do: 'refused' }>): void {
    const { scene } = this;
    const time = (scene.now + seconds) * 1_000;
    const said = sample(0, { things_total: 1e6, level: 9 }, SOURCES[source], this.#instances[source]);
    expect(() =>
      scene.append({
        samples: [{ ...said, time }],
        states: [{ daemon: 'refused', time, state: 'starting', cause: null }],
      }),
    ).toThrow('it is refused');
  }

  #play(which: 0 | 1, seconds: readonly Second[]): void {
    const { scene } = this;
    const samples = seconds.map((one) => {
      scene.now += one.gap;
      const total = Math.max(0, this.#totals[which]! + one.rise);
      this.#totals[which] = total;
      const said = {
        things_total: total,
        level: one.level,
        load_ratio: one.quarters / 4,
        wait_seconds: one.waits,
      };
      const time = (scene.now - one.late) * 1_000 + one.ms;
      const sent = { ...sample(0, said, SOURCES[which], this.#instances[which]), time };
      this.#model.add({
        source: SOURCES[which],
        epoch: scene.epoch,
        instance: this.#instances[which]!,
        time,
        total,
        level: one.level,
        ratio: one.quarters / 4,
        waits: one.waits,
      });
      return sent;
    });
    this.#append(samples);
  }

  #startAgain({ source, said, newRun }: Extract<Step, { do: 'again' }>): void {
    const { scene } = this;
    this.#totals[source] = 3;
    this.#instances[source]!++;
    if (newRun) {
      // Every process of another run of main is another one.
      scene.epoch = `${scene.epoch}+`;
      this.#totals.fill(5);
    }
    if (!said) return;
    const start = { source: SOURCES[source], time: scene.now * 1_000 - 250 };
    this.#model.started(start.source, start.time);
    this.#append([], [start]);
  }

  /** A last sample of a process that another one took the place of. */
  #heardOfOld(which: 0 | 1, level: number): void {
    const instance = this.#instances[which]! - 1;
    const time = this.scene.now * 1_000;
    const heard = { source: SOURCES[which], epoch: this.scene.epoch, instance, time };
    this.#model.add({ ...heard, total: 77, level, ratio: 0, waits: [] });
    this.#append([{ ...sample(0, { things_total: 77, level }, SOURCES[which], instance), time }]);
    // Where it was the first of the run, its process is the one that is followed.
    this.#totals[which] = Math.max(this.#totals[which]!, 77);
  }

  #audit(entries: readonly { actor: string; ok: boolean; target: string }[]): void {
    const { scene } = this;
    const records = entries.map(({ actor, ok, target }) => {
      const n = ++this.#entries;
      const entry = {
        time: scene.now * 1_000 + n,
        actor,
        from: 'cli',
        action: 'command',
        target,
        command: n % 3 === 0 ? 'kill' : 'list',
        args: { n },
        ok,
        outcome: ok ? 'Done' : '100% wrong',
        durationMs: 1.5,
        effects: [],
      };
      this.#model.audit(entry, `k-${n}`);
      return { kind: 'entry', key: `k-${n}`, entry } as const;
    });
    scene.writeJournal(records);
    same('taken over', scene.takeJournal().stored, records.length);
  }

  async #history({ source, back, length, points }: Extract<Step, { do: 'history' }>): Promise<void> {
    const { scene } = this;
    const to = scene.now - back;
    const from = to - length;
    const metrics = METRICS.map(({ name }) => name);
    const { stepSeconds, times, series } = await scene.series(from, to, points, metrics, SOURCES[source]);
    const start = alignDown(from, stepSeconds);
    same(
      'times',
      times,
      Array.from({ length: times.length }, (_, i) => start + i * stepSeconds),
    );
    same('covers the range', (times.at(-1) ?? 0) <= to && (times.at(-1) ?? 0) + stepSeconds > to, true);
    same('no more than asked for', times.length <= points, true);
    same(
      'a step of some tier',
      TIERS.some((tier) => stepSeconds % tier.stepSeconds === 0),
      true,
    );
    const expected = this.#model.series(SOURCES[source], start, stepSeconds, times.length);
    for (const [name, values] of Object.entries(expected))
      same(`${name} of ${times.length} x ${stepSeconds} s`, series[name], values);
    same('no other series', Object.keys(series).sort(), Object.keys(expected).sort());
  }

  async #find(relative: Record<string, unknown>, page: number): Promise<void> {
    const query = { ...relative };
    for (const end of ['since', 'until'])
      if (query[end] !== undefined) query[end] = this.scene.now * 1_000 + Number(query[end]);
    for (let turned = 0; turned <= page; turned++) {
      const found = await this.scene.recorder.audit(query);
      const expected = this.#model.find(query);
      expect(found).toEqual(expected);
      const last = found.entries.at(-1);
      if (last === undefined || !found.more) return;
      query.before = last.id;
    }
  }
}

/** Both sources are known, and have said something. */
const BEGIN: readonly Step[] = [0, 1].map((which) => ({
  do: 'play',
  source: which as 0 | 1,
  seconds: [{ gap: 0, ms: 300, late: 0, rise: 5, level: 1, quarters: 2, waits: [150] }],
}));

async function play(elsewhere: boolean, steps: readonly Step[]): Promise<void> {
  const twin = new Twin(elsewhere);
  twin.scene.now = NOON;
  try {
    for (const one of [...BEGIN, ...steps]) await twin.do(one);
    for (const which of [0, 1] as const)
      for (const length of [60, 3_000])
        await twin.do({ do: 'history', source: which, back: 0, length, points: 600 });
    same('nothing was damaged or lost', [twin.scene.damaged, twin.scene.losses], [[], []]);
  } finally {
    await twin.scene.close();
  }
}

it('answers what a slow model answers, whatever was recorded and forgotten in whichever order', {
  timeout: (RUN_SECONDS + 60) * 1_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(true, true, false),
      fc.array(step, { maxLength: 25, size: 'max' }),
      play,
    ),
    RUN_SECONDS === 0
      ? { numRuns: 14, seed: 20_260_103 }
      : {
          numRuns: Number.MAX_SAFE_INTEGER,
          interruptAfterTimeLimit: RUN_SECONDS * 1_000,
          markInterruptAsFailure: false,
        },
  );
});
