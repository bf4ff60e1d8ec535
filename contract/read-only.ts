/** The one way from a schema to the type of what it lets through. */
import type { z } from 'zod';

/** Values that a message shares instead of describing. */
type Whole = Uint8Array | Uint32Array | Float64Array;

/** A value that nobody who holds it changes, however deep. */
export type ReadOnly<Value> = Value extends Whole
  ? Value
  : Value extends readonly (infer Item)[]
    ? readonly ReadOnly<Item>[]
    : Value extends object
      ? { readonly [Key in keyof Value]: ReadOnly<Value[Key]> }
      : Value;

/** What `Schema` lets through. A schema freezes nothing: reading only is a matter of the type. */
export type MessageOf<Schema extends z.ZodType> = ReadOnly<z.output<Schema>>;
