/**
 * From the JSON schema of a command's arguments to the fields of a form, and from what was entered back to arguments.
 * Everything is entered as text or a switch; what is empty and optional is left out.
 */
import type { JsonFieldSchema, JsonObjectSchema } from '../../contract/manifest.ts';
import { messages } from './messages.ts';

/** What a form holds for a field. */
export type FieldValue = string | boolean;

export type FieldKind = 'text' | 'secret' | 'number' | 'choice' | 'switch' | 'list' | 'file';

export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  readonly schema: JsonFieldSchema;
}

export interface ParsedForm {
  readonly args: Readonly<Record<string, unknown>>;
  /** What is wrong, by field. Empty when everything is right. */
  readonly errors: Readonly<Record<string, string>>;
}

function kindOf(schema: JsonFieldSchema): FieldKind {
  if (schema.enum !== undefined) return 'choice';
  if (schema.type === 'boolean') return 'switch';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.type === 'array') return 'list';
  if (schema.file !== undefined) return 'file';
  return schema.secret === true ? 'secret' : 'text';
}

/** `maxConnections` and `max_connections` become `Max connections`. */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The fields of an argument object, in the order of its schema. */
export function formFields(schema: JsonObjectSchema): readonly FormField[] {
  return Object.entries(schema.properties).map(([name, field]) => ({
    name,
    label: labelOf(name),
    help: field.description ?? '',
    kind: kindOf(field),
    // With a default the field need not be filled, even where the schema lists it.
    required: (schema.required ?? []).includes(name) && field.default === undefined,
    schema: field,
  }));
}

/** What the form holds at first: values given beforehand, else defaults. */
export function initialValues(
  fields: readonly FormField[],
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, FieldValue>> {
  const values: Record<string, FieldValue> = {};
  for (const field of fields) {
    const preset = given[field.name];
    if (field.kind === 'switch')
      values[field.name] = preset === undefined ? field.schema.default === true : preset === 'true';
    else values[field.name] = preset ?? String(field.schema.default ?? '');
  }
  return values;
}

/** The arguments that were entered, and what is wrong with them. */
export function parseForm(
  fields: readonly FormField[],
  values: Readonly<Record<string, FieldValue>>,
): ParsedForm {
  const args: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const value = values[field.name] ?? '';
    if (typeof value === 'boolean') {
      args[field.name] = value;
      continue;
    }
    // Spaces around a secret may belong to it.
    const text = field.kind === 'secret' ? value : value.trim();
    if (text === '') {
      if (field.required) errors[field.name] = messages.required;
      continue;
    }
    const parsed = parseField(field, text);
    if (parsed.error === undefined) args[field.name] = parsed.value;
    else errors[field.name] = parsed.error;
  }
  return { args, errors };
}

type ParsedField = { readonly value: unknown; readonly error?: undefined } | { readonly error: string };

function parseField(field: FormField, text: string): ParsedField {
  const { schema } = field;
  if (field.kind === 'list') return { value: text.split(/[\s,]+/).filter((part) => part !== '') };
  if (field.kind === 'number') return parseNumber(schema, text);
  if (schema.enum !== undefined && !schema.enum.includes(text)) {
    return { error: messages.notAChoice(schema.enum) };
  }
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  if (text.length < minLength) return { error: messages.tooShort(minLength) };
  if (text.length > maxLength) return { error: messages.tooLong(maxLength, text.length) };
  return { value: text };
}

function parseNumber(schema: JsonFieldSchema, text: string): ParsedField {
  const value = Number(text);
  if (!Number.isFinite(value)) return { error: messages.notANumber };
  if (schema.type === 'integer' && !Number.isInteger(value)) return { error: messages.notWhole };
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  if (value < minimum) return { error: messages.tooSmall(minimum) };
  if (value > maximum) return { error: messages.tooLarge(maximum) };
  return { value };
}
