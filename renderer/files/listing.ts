/** A page of the files of a daemon: read from the answer of its command, and named as in a folder. */
import type { TableColumn } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import { messages } from './messages.ts';

/** A file, or a folder, whose `uri` ends in `/`. */
export interface FileRow {
  readonly uri: string;
  /** Null for a folder. */
  readonly size: number | null;
  /** Unix milliseconds; null for a folder. */
  readonly modifiedAt: number | null;
  readonly contentType: string;
}

/** Some files in the order of their names. */
export interface FilePage {
  readonly rows: readonly FileRow[];
  /** Where the next page goes on; null at the end. */
  readonly next: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** A row of a list, or the answer about one file; null for what is neither. */
export function fileOf(value: unknown): FileRow | null {
  if (!isFields(value) || typeof value.uri !== 'string') return null;
  const { uri, size, modifiedAt, contentType } = value;
  return {
    uri,
    size: typeof size === 'number' ? size : null,
    modifiedAt: typeof modifiedAt === 'number' ? modifiedAt : null,
    contentType: typeof contentType === 'string' ? contentType : '',
  };
}

/** The page that a list command answered; what is no file in it is left out. */
export function filePageOf(result: unknown): FilePage {
  if (!isFields(result) || !Array.isArray(result.rows)) return { rows: [], next: null };
  const rows = result.rows.map(fileOf).filter((row) => row !== null);
  return { rows, next: typeof result.next === 'string' ? result.next : null };
}

/** Whether it is a folder. */
export const isFolder = ({ uri }: Pick<FileRow, 'uri'>): boolean => uri.endsWith('/');

/** The folder that a prefix is in: all up to its last `/`. */
export const folderIn = (prefix: string): string => prefix.slice(0, prefix.lastIndexOf('/') + 1);

/** The last part of a name; of a folder with its `/`. */
export function nameOf(uri: string): string {
  return uri.slice(uri.lastIndexOf('/', uri.length - 2) + 1);
}

/** The folders on the way to a prefix, from the outermost. */
export function crumbsOf(prefix: string): readonly { readonly title: string; readonly folder: string }[] {
  const parts = folderIn(prefix).split('/').slice(0, -1);
  return parts.map((title, i) => ({ title, folder: `${parts.slice(0, i + 1).join('/')}/` }));
}

/** The columns of the list. */
export const fileColumns: readonly TableColumn[] = [
  { key: 'name', title: messages.name, type: 'text' },
  { key: 'size', title: messages.size, type: 'bytes' },
  { key: 'modifiedAt', title: messages.modified, type: 'time', rank: 2 },
  { key: 'contentType', title: messages.type, type: 'text', rank: 3 },
];

/** The place of the whole name in a row of cells, behind those of the columns. */
const URI_CELL = fileColumns.length;

/** A file as a row of cells. */
export function cellsOf(row: FileRow): readonly TableCell[] {
  return [
    nameOf(row.uri),
    row.size,
    row.modifiedAt,
    isFolder(row) ? messages.folder : row.contentType,
    row.uri,
  ];
}

/** The whole name in a row of cells. */
export const uriIn = (cells: readonly TableCell[]): string => String(cells[URI_CELL]);
