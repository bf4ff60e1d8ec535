/** Tables of the docs about bots, made from the rows that run their commands. */
import type { CommandRow } from './command-row.ts';

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A table of Markdown. */
export function pageTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(headings), row(headings.map(() => '---')), ...rows.map(row)].join('\n');
}

const WHO = {
  anybody: 'everybody',
  account: 'whoever is logged in',
  operator: 'operators of the network',
} as const;

/** Who may use a command, in words. */
export function whoMayUse({ needs, who }: CommandRow): string {
  if (who !== undefined) return who;
  return typeof needs === 'object' ? `accounts of level ${needs.level} and above` : WHO[needs];
}

/** Commands with who may use them, what each changes and how it is told of. */
export function commandsTable(rows: readonly CommandRow[]): string {
  return pageTable(
    ['command', 'who', 'what it changes', 'help'],
    [...rows]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((one) => {
        const names = [`${one.name} ${one.syntax}`.trimEnd(), ...(one.aliases ?? [])];
        const shown = names.map((name) => `\`${name}\``).join(', ');
        return [shown, whoMayUse(one), one.effect, one.help.slice(0, 3).join(' ')];
      }),
  );
}
