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

/** A field of a json result as it came, with its title and type. */
interface Field extends Pick<TableColumn, 'key' | 'title' | 'type'> {
  readonly value: unknown;
}

/** The fields of a json result that is an object, those first that the manifest declares; null for other results. */
function namedFields(command: CommandDescription, result: unknown): readonly Field[] | null {
  if (command.result !== 'json' || !isObject(result) || Object.keys(result).length === 0) return null;
  const declared = command.columns.filter(({ key }) => Object.hasOwn(result, key));
  const others = Object.keys(result).filter((key) => !declared.some((field) => field.key === key));
  return [
    ...declared,
    ...others.map((key): Omit<Field, 'value'> => ({ key, title: labelOf(key), type: 'text' })),
  ].map((field) => ({ ...field, value: result[field.key] }));
}

/** Whether a value is several things of one kind, by their names. */
function isTable(value: unknown): value is Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  return isObject(value) && Object.keys(value).length > 1 && Object.values(value).every(isObject);
}

/**
 * The fields of a json result that is an object, with titles and units where the manifest declares them, those first; without those
 * that {@link innerTablesOf} has. Null for other results.
 */
export function fieldsOf(command: CommandDescription, result: unknown): readonly NamedText[] | null {
  const fields = namedFields(command, result);
  if (fields === null) return null;
  return fields
    .filter(({ value }) => !isTable(value))
    .map(({ title, type, value }) => ({ name: title, text: formatCell(type, cellOf(value)) }));
}

/** The fields of a json result that hold several things of one kind: each of these is a row, and what is said of it a column. */
export function innerTablesOf(
  command: CommandDescription,
  result: unknown,
): readonly (ResultTable & { readonly title: string })[] {
  return (namedFields(command, result) ?? []).flatMap(({ title, value }) => {
    if (!isTable(value)) return [];
    const keys = [...new Set(Object.values(value).flatMap((inner) => Object.keys(inner)))];
    const typeOf = (key: string): TableColumn['type'] =>
      Object.values(value).every((inner) => typeof inner[key] === 'number') ? 'number' : 'text';
    return {
      title,
      columns: [
        { key: '', title, type: 'text' as const },
        ...keys.map((key) => ({ key, title: labelOf(key), type: typeOf(key) })),
      ],
      rows: Object.entries(value).map(([name, inner]) => [
        labelOf(name),
        ...keys.map((key) => cellOf(inner[key])),
      ]),
    };
  });
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
