/** All that is known of the row of a page: its cells as they are now, and what its first action answers that tells the fields of one thing. */
import type { ReactNode } from 'react';
import type { ManifestDescription, TableColumn } from '../../contract/manifest.ts';
import { fieldsOf } from '../commands/result-values.ts';
import { useHost } from '../model/host-context.ts';
import { formatCellWhole } from '../tables/cells.ts';
import type { Row } from '../tables/row-keys.ts';
import { detailsOf, pagesOf, rowPageHash } from '../tables/row-pages.ts';
import { useNow } from '../tables/use-now.ts';
import { NamedTexts } from '../ui/named-texts.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { useRowAnswer } from './row-answer.tsx';

interface RowFactsProps {
  readonly manifest: ManifestDescription;
  /** Of the table. */
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly row: Row;
  readonly title: string;
  readonly up: boolean;
  readonly turn: number;
}

export function RowFacts(props: RowFactsProps): ReactNode {
  const { manifest, name, columns, row, title } = props;
  const host = useHost();
  const times = columns.flatMap(({ type }, place) => {
    const cell = row[place];
    return type === 'time' && typeof cell === 'number' ? [cell] : [];
  });
  const now = useNow(times);
  const action = detailsOf(manifest, name);
  const command = manifest.commands.find((one) => one.name === action?.command);
  const { answer } = useRowAnswer({
    ...props,
    ...(action === undefined ? {} : { action, command: command! }),
  });
  const { last } = answer;
  const told = command === undefined || last.phase !== 'done' ? [] : (fieldsOf(command, last.result) ?? []);
  const cells = columns.map((column, place) => {
    const page = place === 0 ? undefined : pagesOf(manifest, column.key);
    return {
      name: column.title,
      text: formatCellWhole(column.type, row[place], now),
      href: page === undefined ? null : rowPageHash(host, manifest.id, page, row[place]),
    };
  });
  const more = told.filter((field) => !cells.some((cell) => cell.name === field.name));
  return (
    <ScrollRegion
      label={title}
      className="min-h-0 self-start overflow-y-auto card p-3 max-lg:max-h-attention lg:max-h-full"
    >
      <NamedTexts texts={[...cells, ...more]} />
    </ScrollRegion>
  );
}
