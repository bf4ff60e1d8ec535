/**
 * What a setting may be, in words ("a whole number from 0 to 65535"), and which keys a table knows: both read off the
 * JSON form of a zod schema, so that every daemon's configuration gets the same clear messages without extra work.
 */
import { z } from 'zod';
import type { KeyPath } from './toml-places.ts';

/** The part of JSON Schema that zod produces for configuration. */
export interface ConfigSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, ConfigSchema>>;
  readonly additionalProperties?: boolean | ConfigSchema;
  readonly items?: ConfigSchema;
  readonly prefixItems?: readonly ConfigSchema[];
  readonly anyOf?: readonly ConfigSchema[];
  readonly oneOf?: readonly ConfigSchema[];
  readonly allOf?: readonly ConfigSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly secret?: boolean;
  readonly file?: string;
}

/** What {@link schemaOf} has made: it takes milliseconds, and is asked for with every command that is written down. */
const made = new WeakMap<z.ZodType, ConfigSchema>();

/** JSON form of a schema, which says what is expected and what is secret. The same one each time. */
export function schemaOf(schema: z.ZodType): ConfigSchema {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as ConfigSchema;
  made.set(schema, json);
  return json;
}

function branchesOf(schema: ConfigSchema): readonly ConfigSchema[] {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return branches.length === 0 ? [schema] : [schema, ...branches.flatMap(branchesOf)];
}

/** Every schema that may apply at `path`: more than one where the schema has alternatives. */
export function schemasAt(schema: ConfigSchema, path: KeyPath): readonly ConfigSchema[] {
  let here = branchesOf(schema);
  for (const key of path) {
    here = here.flatMap((one) => {
      const next = typeof key === 'number' ? (one.prefixItems?.[key] ?? one.items) : memberOf(one, key);
      return next === undefined ? [] : branchesOf(next);
    });
  }
  return here;
}

function memberOf(schema: ConfigSchema, key: string): ConfigSchema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/**
 * What may stand at `path`, in words; null where the schema does not say. `got` is what stands there: only to a
 * fraction it needs saying that the number must be whole.
 */
export function describeExpected(schema: ConfigSchema, path: KeyPath, got?: unknown): string | null {
  const words = schemasAt(schema, path).map((one) => describeOne(one, typeof got === 'number'));
  const known = [...new Set(words.filter((word) => word !== null))];
  return known.length === 0 ? null : known.join(' or ');
}

function describeOne(schema: ConfigSchema, whole: boolean): string | null {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) {
    return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(', ')}`;
  }
  if (typeof schema.type !== 'string' && schema.type !== undefined) {
    return schema.type.map((type) => describeOne({ ...schema, type }, whole)).join(' or ');
  }
  switch (schema.type) {
    case 'integer':
    case 'number':
      return `${schema.type === 'integer' && whole ? 'a whole number' : 'a number'}${range(schema)}`;
    case 'string':
      return `text${lengths(schema.minLength, schema.maxLength, 'characters')}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${lengths(schema.minItems, schema.maxItems, 'entries')}`;
    case 'object':
      return 'a table';
    default:
      return null;
  }
}

function range(schema: ConfigSchema): string {
  const { minimum, exclusiveMinimum } = schema;
  // Zod writes the limits of safe integers into every whole number; they say nothing to a reader.
  const maximum = schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum;
  const least = minimum === -Number.MAX_SAFE_INTEGER ? undefined : minimum;
  if (least !== undefined && maximum !== undefined) return ` from ${least} to ${maximum}`;
  if (exclusiveMinimum !== undefined) {
    return maximum === undefined
      ? ` above ${exclusiveMinimum}`
      : ` above ${exclusiveMinimum}, at most ${maximum}`;
  }
  if (least !== undefined) return ` of at least ${least}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}

function lengths(min: number | undefined, max: number | undefined, what: string): string {
  if (min !== undefined && max !== undefined) return ` of ${min} to ${max} ${what}`;
  if (min !== undefined && min > 0) return ` of at least ${min} ${what}`;
  return max === undefined ? '' : ` of at most ${max} ${what}`;
}

/** A key that stands in the document though no schema knows it. */
export interface UnknownKey {
  readonly path: KeyPath;
  /** The known key that it resembles most; null where none is near. */
  readonly suggestion: string | null;
}

/** Finds keys of `value` that `schema` does not know, in document order. */
export function findUnknownKeys(schema: ConfigSchema, value: unknown, path: KeyPath = []): UnknownKey[] {
  const here = schemasAt(schema, path);
  if (Array.isArray(value)) {
    return value.flatMap((entry, index) => findUnknownKeys(schema, entry, [...path, index]));
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return [];
  const tables = here.filter((one) => one.properties !== undefined || one.additionalProperties !== undefined);
  if (tables.length === 0) return [];
  const open = tables.some(
    (one) => one.additionalProperties !== undefined && one.additionalProperties !== false,
  );
  const known = tables.flatMap((one) => Object.keys(one.properties ?? {}));
  return Object.entries(value).flatMap(([key, member]) => {
    const below = [...path, key];
    if (!open && !known.includes(key)) return [{ path: below, suggestion: nearest(key, known) }];
    return findUnknownKeys(schema, member, below);
  });
}

/** The candidate that differs from `word` by at most two edits. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = 3;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance && distance < candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swap, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
