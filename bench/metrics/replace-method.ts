/**
 * Puts something else in the place of a method of a class. Used where a benchmark takes a part of the product away: what is
 * not there cannot be taken away, and the figures would be those of the product itself.
 */

/** @throws Error where the class has no such method of its own */
export function replaceMethod(
  type: { readonly name: string; readonly prototype: object },
  name: string,
  by: (...args: never[]) => unknown,
): void {
  const before = Object.getOwnPropertyDescriptor(type.prototype, name);
  if (typeof before?.value !== 'function')
    throw new Error(
      `${type.name} has no method ${name} that could be replaced: say in unmonitored.ts what takes its place.`,
    );
  Object.defineProperty(type.prototype, name, { ...before, value: by });
}
