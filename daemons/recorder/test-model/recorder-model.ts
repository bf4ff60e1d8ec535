/**
 * The recorder as docs/recorder.md says it, as slowly as can be: every sample and entry in one list each, looked through
 * anew for every question. No tiers, no chunks, no columns. For the property test of the store.
 */
import type { AuditEntry } from '../../../contract/control/audit.ts';
import { SUMMARY_QUANTILES } from '../../../contract/histogram.ts';
import type { NewAuditEntry } from '../../../contract/history-batch.ts';
import type { AuditQuery } from '../store/audit-log.ts';
import { keptSeconds } from '../test-fixtures/scene.ts';

/** One second of one process, in the words of the model. */
export interface Heard {
  readonly source: string;
  readonly epoch: string;
  readonly instance: number;
  /** Unix milliseconds. */
  readonly time: number;
  readonly total: number;
  readonly level: number;
  readonly ratio: number;
  readonly waits: readonly number[];
}

interface Kept extends Heard {
  /** By how much the counter rose, and in how many milliseconds. */
  readonly rise: number;
  readonly spanMs: number;
}

/** A source that ticks a little slower than the clock leaves out a second now and then: up to this span it is no gap. */
const NO_GAP_MS = 2_500;

const values = (list: readonly number[]) => list.toSorted((a, b) => a - b);

export class RecorderModel {
  readonly #samples: Kept[] = [];
  readonly #last = new Map<string, Heard>();
  readonly #starts: { readonly source: string; readonly time: number }[] = [];
  #entries: AuditEntry[] = [];
  #lastId = 0;
  readonly #auditRows: number;
  readonly #auditMs: number;

  constructor(auditRows: number, auditDays: number) {
    this.#auditRows = auditRows;
    this.#auditMs = auditDays * 86_400_000;
  }

  get auditRows(): number {
    return this.#entries.length;
  }

  started(source: string, time: number): void {
    this.#starts.push({ source, time });
  }

  add(heard: Heard): void {
    const before = this.#last.get(heard.source);
    if (before === undefined) {
      this.#last.set(heard.source, heard);
      this.#samples.push({ ...heard, rise: 0, spanMs: 0 });
      return;
    }
    // From a process that was replaced meanwhile: its gauges count, its counters have nothing to be compared with.
    if (before.epoch === heard.epoch && heard.instance < before.instance) {
      this.#samples.push({ ...heard, rise: 0, spanMs: 0 });
      return;
    }
    const goesOn = before.epoch === heard.epoch && before.instance === heard.instance;
    const from = goesOn ? before.total : 0;
    const begun = this.#starts
      .filter(({ source, time }) => source === heard.source && time <= heard.time)
      .reduce<number | null>((latest, { time }) => Math.max(latest ?? 0, time), null);
    const since = goesOn ? before.time : Math.max(before.time, begun ?? heard.time - 1_000);
    const spanMs = heard.time > since ? heard.time - since : 1_000;
    this.#last.set(heard.source, heard);
    this.#samples.push({ ...heard, rise: heard.total < from ? heard.total : heard.total - from, spanMs });
  }

  /** Series by `metric:stat` for points of `step` seconds from `start`. */
  series(source: string, start: number, step: number, points: number): Record<string, (number | null)[]> {
    const all: Kept[][] = Array.from({ length: points }, () => []);
    for (const one of this.#samples)
      if (one.source === source) all[Math.floor((Math.floor(one.time / 1_000) - start) / step)]?.push(one);
    const sum = (list: readonly Kept[], what: (one: Kept) => number) =>
      list.reduce((total, one) => total + what(one), 0);
    const known = (value: (list: readonly Kept[]) => number) =>
      this.#withoutJitter(
        all.map((list) => (list.length === 0 ? null : value(list))),
        step,
        all.map((list) => sum(list, ({ spanMs }) => spanMs)),
      );
    const rate = all.map((list) => {
      const spanMs = sum(list, (one) => one.spanMs);
      return spanMs === 0 ? null : (sum(list, ({ rise }) => rise) * 1_000) / spanMs;
    });
    const gauge = (of: (one: Kept) => number) => ({
      value: known((list) => sum(list, of) / list.length),
      min: known((list) => Math.min(...list.map(of))),
      max: known((list) => Math.max(...list.map(of))),
    });
    const quantile = (q: number) =>
      all.map((list) => {
        const waits = values(list.flatMap((one) => one.waits));
        return waits.length === 0 ? null : keptSeconds(waits[Math.max(1, Math.ceil(q * waits.length)) - 1]!);
      });
    const [level, ratio] = [gauge((one) => one.level), gauge((one) => one.ratio)];
    const [p50, p95, p99, p999, max] = [...SUMMARY_QUANTILES, 1].map(quantile);
    return {
      'things_total:rate': this.#withoutJitter(
        rate,
        step,
        all.map((list) => sum(list, ({ spanMs }) => spanMs)),
      ),
      'level:value': level.value,
      'level:min': level.min,
      'level:max': level.max,
      'load_ratio:value': ratio.value,
      'load_ratio:min': ratio.min,
      'load_ratio:max': ratio.max,
      'wait_seconds:p50': p50!,
      'wait_seconds:p95': p95!,
      'wait_seconds:p99': p99!,
      'wait_seconds:p999': p999!,
      'wait_seconds:max': max!,
    };
  }

  #withoutJitter(
    list: readonly (number | null)[],
    step: number,
    spansMs: readonly number[],
  ): (number | null)[] {
    return list.map((value, i) => {
      const next = spansMs[i + 1] ?? 0;
      return value === null && step === 1 && next > 1_000 && next <= NO_GAP_MS ? list[i + 1]! : value;
    });
  }

  audit(entry: NewAuditEntry, key: string): void {
    this.#entries.push({ ...entry, id: ++this.#lastId, key });
  }

  /** With every append. */
  prune(now: number): void {
    this.#entries = this.#entries.filter(({ time }) => time >= now - this.#auditMs).slice(-this.#auditRows);
  }

  find(query: AuditQuery): { entries: AuditEntry[]; more: boolean } {
    const holds = (text: string, part: string | undefined) =>
      part === undefined || text.toLowerCase().includes(part.toLowerCase());
    const found = this.#entries
      .filter(
        (one) =>
          one.id < (query.before ?? Number.POSITIVE_INFINITY) &&
          (query.target === undefined || one.target === query.target) &&
          (query.ok === undefined || one.ok === query.ok) &&
          one.time >= (query.since ?? 0) &&
          one.time < (query.until ?? Number.POSITIVE_INFINITY) &&
          holds(one.actor, query.actor) &&
          holds(
            [one.actor, one.action, one.target, one.command, JSON.stringify(one.args), one.outcome].join(
              '\n',
            ),
            query.text,
          ),
      )
      .reverse();
    const limit = query.limit ?? 200;
    return { entries: found.slice(0, limit), more: found.length > limit };
  }
}
