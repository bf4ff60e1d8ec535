/**
 * Tells a browser from an IRC client. A web page can make its visitor's browser POST any text to any port, and a server
 * that skips the lines it does not know would take the body for commands of that visitor. The server asks here before
 * a client is registered.
 */

/**
 * Request methods of HTTP (RFC 9110 section 9, RFC 5789) and the first word of HTTP/2 (RFC 9113 section 3.4). None is
 * a command that a client may use before it is registered.
 */
const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PRI',
  'PUT',
  'TRACE',
]);

/** Reason that a browser's connection is closed with. */
export const HTTP_REFUSAL = 'This is an IRC server, not a web server';

/** Whether the first word of a line, in upper case, begins an HTTP request. */
export function isHttpMethod(word: string): boolean {
  return METHODS.has(word);
}
