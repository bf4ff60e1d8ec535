/** How a setting is called in messages and in `detail.key`: one form, whoever speaks of it. */

/** Such as `ircd.listen[0].port`. */
export function formatKeyPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += `${text === '' ? '' : '.'}${/^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key)}`;
  }
  return text;
}
