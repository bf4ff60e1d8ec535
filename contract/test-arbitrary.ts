/** Values that a schema lets through, made from the schema itself. For property tests of messages. */
import fc from 'fast-check';
import type { z } from 'zod';
import { INSTANCE_SECRET_BYTES } from './link/peers.ts';

/** Most characters of a made text, and most items of a made list. */
const MOST_CHARACTERS = 24;
const MOST_ITEMS = 3;
/** Nobody's setting may be set by a name. */
const UNSAFE_KEY = '__proto__';

const typedArrays = fc.oneof(
  fc.uint8Array({ maxLength: MOST_ITEMS }),
  fc.uint8Array({ minLength: INSTANCE_SECRET_BYTES, maxLength: INSTANCE_SECRET_BYTES }),
  fc.uint32Array({ maxLength: MOST_ITEMS }),
  fc.float64Array({ maxLength: MOST_ITEMS, noNaN: true }),
);

/** What the schemas of messages are made of; throws for a kind of schema that no message has used so far. */
export function arbitraryOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return objectOf(def.shape);
    case 'union':
      return fc.oneof(...def.options.map(arbitraryOf));
    case 'array':
      return accepted(schema, fc.array(arbitraryOf(def.element), { maxLength: MOST_ITEMS }));
    case 'record':
      return fc.dictionary(
        accepted(def.keyType, arbitraryOf(def.keyType))
          .map(String)
          .filter((key) => key !== UNSAFE_KEY),
        arbitraryOf(def.valueType),
        { maxKeys: MOST_ITEMS, noNullPrototype: true },
      );
    case 'literal':
      return fc.constantFrom(...def.values);
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries));
    case 'nullable':
      return fc.option(arbitraryOf(def.innerType));
    case 'optional':
      return arbitraryOf(def.innerType);
    case 'string':
      return accepted(schema, fc.string({ maxLength: MOST_CHARACTERS }));
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'unknown':
      return fc.jsonValue({ maxDepth: 2 });
    case 'custom':
      return accepted(schema, typedArrays);
    default:
      throw new Error(`No values are made for schemas of the kind ${def.type}.`);
  }
}

function objectOf(shape: z.core.$ZodShape): fc.Arbitrary<unknown> {
  const fields = Object.entries(shape);
  const required = fields.flatMap(([key, field]) => (field._zod.optin === 'optional' ? [] : [key]));
  return fc.record(Object.fromEntries(fields.map(([key, field]) => [key, arbitraryOf(field)])), {
    requiredKeys: required,
    noNullPrototype: true,
  });
}

function numberOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const { minimum, maximum } = schema._zod.bag as { minimum?: number; maximum?: number };
  const min = Math.max(minimum ?? -1_000_000, -1_000_000);
  const max = Math.min(maximum ?? 1_000_000_000, 1_000_000_000);
  const double = fc.double({ min, max, noNaN: true });
  return accepted(schema, fc.oneof(fc.integer({ min: Math.ceil(min), max: Math.floor(max) }), double));
}

/** Leaves out what the schema's own checks refuse. */
function accepted<Value>(schema: z.core.$ZodType, values: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return values.filter((value) => {
    const result = schema._zod.run({ value, issues: [] }, { async: false });
    return !(result instanceof Promise) && result.issues.length === 0;
  });
}
