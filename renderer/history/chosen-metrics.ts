/** Which metrics a reader has chosen to have a chart, as they stand in the address. */

/** Most that are asked for and drawn at once. */
export const METRIC_LIMIT = 12;

/** The ids in a text of the address. A comma within the labels of an id parts nothing. */
export function chosenMetrics(text: string): readonly string[] {
  return [...text.matchAll(/(?:[^,{]|\{(?:"(?:\\.|[^"\\])*"|[^"}])*\}?)+/g)]
    .map(([id]) => id)
    .slice(0, METRIC_LIMIT);
}

/** What the address says of them; nothing where none is chosen. */
export function metricsText(ids: readonly string[]): string {
  return ids.join(',');
}
