/**
 * What is wrong with what a process says that it measures: everything that shows, keeps or exports figures relies on it. Asked
 * by the session for each catalog that comes.
 */
import type { Catalog } from '../../../contract/link/catalog.ts';
import { seriesId } from '../../../contract/series-id.ts';
import type { ControlLimits } from '../limits.ts';

/** What names of metrics and labels are made of, in Prometheus and here. */
const WORD = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Why a catalog cannot be taken over, as a clause; null where it can.
 * @param id of the daemon that sent it
 * @param before the revision that its process had last; 0 at its start
 */
export function catalogProblem(
  id: string,
  { revision, metrics }: Catalog,
  before: number,
  { catalogMetrics, catalogTextChars }: Pick<ControlLimits, 'catalogMetrics' | 'catalogTextChars'>,
): string | null {
  if (revision < before) return `its catalog went back from revision ${before} to ${revision}`;
  if (metrics.length > catalogMetrics) {
    return `its catalog has ${metrics.length} metrics; at most ${catalogMetrics} are taken`;
  }
  const seen = new Set<string>();
  for (const [index, metric] of metrics.entries()) {
    const { name, help, labels = {} } = metric;
    const prefix = `signalbox_${id}_`;
    if (!name.startsWith(prefix) || !WORD.test(name.slice(prefix.length)))
      return `metric ${index} of its catalog has no name of the form ${prefix}<what>`;
    if (!Object.keys(labels).every((label) => WORD.test(label)))
      return `${name} has a label whose name has other characters than letters, digits and _`;
    const series = seriesId(metric);
    if (series.length > catalogTextChars || help.length > catalogTextChars)
      return `${name} has labels or a help of more than ${catalogTextChars} characters`;
    if (seen.has(series)) return `its catalog has ${series} twice`;
    seen.add(series);
  }
  return null;
}
