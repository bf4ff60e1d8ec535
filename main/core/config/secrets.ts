/**
 * What must not be shown, read off the schemas: a setting or argument that its schema marks as secret is neither quoted in
 * a message nor kept in the audit trail nor sent to a window. Used wherever a value leaves main.
 */
import { counted } from '../../../contract/counted.ts';
import { type ConfigSchema, schemasAt } from './expectations.ts';
import type { KeyPath, TomlPlaces } from './toml-places.ts';

/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/**
 * Whether the value at `path` may hold a secret: the schema marks it, or something above or below it. What stands in the
 * wrong place, such as a password where a table belongs, is as secret as in the right one.
 */
export function touchesSecret(schema: ConfigSchema, path: KeyPath): boolean {
  for (let length = 0; length < path.length; length++) {
    if (schemasAt(schema, path.slice(0, length)).some((one) => one.secret === true)) return true;
  }
  return schemasAt(schema, path).some(holdsSecret);
}

function holdsSecret(schema: ConfigSchema): boolean {
  if (schema.secret === true) return true;
  const { additionalProperties: open } = schema;
  return [
    ...Object.values(schema.properties ?? {}),
    ...(typeof open === 'object' ? [open] : []),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(schema.prefixItems ?? []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.allOf ?? []),
  ].some(holdsSecret);
}

/** What stands where the text of a file was: how long it is. */
export function fileWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '').length;
  return `[file of ${counted(lines, 'line')}]`;
}

/** Copies `value` with every secret in it masked, and how long files are in place of their text. */
export function maskSecrets(value: unknown, schema: ConfigSchema, path: KeyPath = []): unknown {
  if (value === undefined || value === null) return value;
  const here = schemasAt(schema, path);
  if (here.some((one) => one.secret === true)) return REDACTED;
  if (typeof value === 'string' && here.some((one) => one.file !== undefined)) return fileWords(value);
  if (Array.isArray(value)) return value.map((entry, index) => maskSecrets(entry, schema, [...path, index]));
  if (typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, maskSecrets(member, schema, [...path, key])]),
  );
}

/** Where the secrets of `value` stand, as paths that begin with `root`. */
export function secretPaths(value: unknown, schema: ConfigSchema, root: KeyPath): KeyPath[] {
  const found: KeyPath[] = [];
  const walk = (here: unknown, path: KeyPath): void => {
    if (here === undefined || here === null) return;
    if (schemasAt(schema, path).some((one) => one.secret === true)) found.push([...root, ...path]);
    else if (Array.isArray(here)) for (const [index, entry] of here.entries()) walk(entry, [...path, index]);
    else if (typeof here === 'object' && !(here instanceof Date))
      for (const [key, member] of Object.entries(here)) walk(member, [...path, key]);
  };
  walk(value, []);
  return found;
}

/** The text of a document with the values at `paths` masked; null where the place of one is not known. */
export function maskText(text: string, places: TomlPlaces, paths: readonly KeyPath[]): string | null {
  const ranges = paths.map((path) => places.valueOf(path));
  let masked = text;
  for (const range of ranges.sort((a, b) => (b?.start ?? 0) - (a?.start ?? 0))) {
    if (range === null) return null;
    masked = `${masked.slice(0, range.start)}"${REDACTED}"${masked.slice(range.end)}`;
  }
  return masked;
}
