/** The result of a command in the shapes in which it can be shown and copied. */
import type { CommandDescription, TableColumn } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import { formatCell } from '../tables/cells.ts';
import type { NamedText } from '../ui/named-texts.tsx';
import { labelOf } from './form-values.ts';

export interface ResultTable {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function cellOf(value: unknown): TableCell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && !value.some((item) => typeof item === 'object')) return value.join(', ');
  return isObject(value) ? insideOf(value) : JSON.stringify(value);
}

/** What is in an object, in one line: `hits 3, misses 4`; of objects in it each behind its name. */
function insideOf(value: Readonly<Record<string, unknown>>): string {
  return Object.entries(value)
    .map(([key, inner]) =>
      isObject(inner) ? `${labelOf(key)}: ${insideOf(inner)}` : `${labelOf(key)} ${inner}`,
    )
    .join(Object.values(value).some(isObject) ? '; ' : ', ');
}

/** The rows of a table result; columns that were not declared are taken from the first row. Null for other results. */
export function tableOf(command: CommandDescription, result: unknown): ResultTable | null {
  if (command.result !== 'table' || !isObject(result) || !Array.isArray(result.rows)) return null;
  const rows: readonly unknown[] = result.rows;
  const first = rows.find(isObject) ?? {};
  const columns: readonly TableColumn[] =
    command.columns.length > 0
      ? command.columns
      : Object.keys(first).map((key) => ({ key, title: labelOf(key), type: 'text' }));
  return {
    columns,
    rows: rows.map((row) => columns.map((column) => (isObject(row) ? cellOf(row[column.key]) : null))),
  };
}

/**
 * The fields of a json result that is an object, with titles and units where the manifest declares them, those first.
 * Null for other results.
 */
export function fieldsOf(command: CommandDescription, result: unknown): readonly NamedText[] | null {
  if (command.result !== 'json' || !isObject(result) || Object.keys(result).length === 0) return null;
  const declared = command.columns.filter(({ key }) => Object.hasOwn(result, key));
  const others = Object.keys(result).filter((key) => !declared.some((field) => field.key === key));
  return [
    ...declared.map(({ key, title, type }) => ({ name: title, text: formatCell(type, cellOf(result[key])) })),
    ...others.map((key) => ({ name: labelOf(key), text: formatCell('text', cellOf(result[key])) })),
  ];
}

/** The text of a text result; null for other results. */
export function textOf(command: CommandDescription, result: unknown): string | null {
  return command.result === 'text' && isObject(result) && typeof result.text === 'string'
    ? result.text
    : null;
}

/** Any result as readable JSON. */
export function jsonOf(result: unknown): string {
  return JSON.stringify(result, null, 2) ?? 'null';
}
