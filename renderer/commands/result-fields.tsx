/** The fields of one thing that a command answered: names and values, and below them what it has several of, as small tables. */
import type { ReactNode } from 'react';
import type { CommandDescription } from '../../contract/manifest.ts';
import { formatCell, isFigure } from '../tables/cells.ts';
import { NamedTexts } from '../ui/named-texts.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { fieldsOf, innerTablesOf, type ResultTable } from './result-values.ts';

interface ResultFieldsProps {
  readonly command: CommandDescription;
  readonly result: unknown;
}

/** Nothing for a result that has no fields. */
export function ResultFields({ command, result }: ResultFieldsProps): ReactNode {
  const fields = fieldsOf(command, result);
  if (fields === null) return null;
  return (
    <>
      {fields.length > 0 && <NamedTexts texts={fields} className="px-3 py-2" />}
      {innerTablesOf(command, result).map((table) => (
        <InnerTable key={table.title} {...table} />
      ))}
    </>
  );
}

function InnerTable({ title, columns, rows }: ResultTable & { readonly title: string }): ReactNode {
  const alignment = (place: number) => (isFigure(columns[place]!.type) ? 'text-right' : 'text-left');
  return (
    <ScrollRegion label={title} className="overflow-x-auto border-t border-line">
      <table aria-label={title} className="w-full text-sm">
        <thead className="text-xs text-dim">
          <tr className="border-b border-line">
            {columns.map((column, place) => (
              <th key={column.key} scope="col" className={`h-row px-3 font-medium ${alignment(place)}`}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells]) => (
            <tr key={String(name)} className="border-b border-line last:border-0">
              <th scope="row" className="h-row px-3 text-left font-medium whitespace-nowrap">
                {name}
              </th>
              {cells.map((cell, place) => (
                <td key={columns[place + 1]!.key} className={`h-row px-3 ${alignment(place + 1)}`}>
                  {formatCell(columns[place + 1]!.type, cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
