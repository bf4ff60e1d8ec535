/** A nested configuration as lines of `key.of[0].setting` and value. */
export function flattenSettings(value: unknown, key = ''): readonly (readonly [string, string])[] {
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object' || item === null)) {
      return [[key, value.length === 0 ? '[]' : value.map(String).join(', ')]];
    }
    return value.flatMap((item, i) => flattenSettings(item, `${key}[${i}]`));
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return key === '' ? [] : [[key, '{}']];
    return entries.flatMap(([name, item]) => flattenSettings(item, key === '' ? name : `${key}.${name}`));
  }
  return value === undefined ? [] : [[key, String(value)]];
}
