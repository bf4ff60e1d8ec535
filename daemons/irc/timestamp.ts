/** Times as parameters of commands have them: `timestamp=`, then what IRCv3 server-time writes. */

const TIMESTAMP = /^timestamp=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z)$/i;

/** Unix milliseconds; null for what is none, or no such day. */
export function timestampOf(parameter: string): number | null {
  const text = TIMESTAMP.exec(parameter)?.[1];
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
