/** Typed arrays in messages; over structured clone they arrive as what they were. Their memory may be shared. */
import { z } from 'zod';

export const uint8Array = z.custom<Uint8Array>((value) => value instanceof Uint8Array, {
  error: 'expected a Uint8Array',
});
export const uint32Array = z.custom<Uint32Array>((value) => value instanceof Uint32Array, {
  error: 'expected a Uint32Array',
});
export const float64Array = z.custom<Float64Array>((value) => value instanceof Float64Array, {
  error: 'expected a Float64Array',
});
