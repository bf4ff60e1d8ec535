/** Tables of the generated pages in docs/. Used by reference-docs.ts and limits-page.ts. */

/** Text that is safe in a cell of a Markdown table. */
function cell(text: unknown): string {
  return String(text ?? '')
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll('\n', ' ');
}

/** A Markdown table with one line for each row; cells are escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const line = (cells: readonly unknown[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
