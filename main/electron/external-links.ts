/** The table of web hosts that the app may open in the operator's browser; asked by security.ts. */

/** Hosts, each with why a window links there. */
const EXTERNAL_HOSTS: ReadonlySet<string> = new Set([
  // The specifications that the IRC server implements, linked from its documentation and errors.
  'modern.ircdocs.horse',
  'ircv3.net',
  'www.rfc-editor.org',
  // The format of the configuration file.
  'toml.io',
]);

/** Whether a URL may leave the app: https, a host of the table, the usual port, and no user name in it. */
export function isAllowedExternalUrl(url: string): boolean {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return false;
  }
  return (
    parsed.protocol === 'https:' &&
    parsed.port === '' &&
    parsed.username === '' &&
    parsed.password === '' &&
    EXTERNAL_HOSTS.has(parsed.hostname)
  );
}
