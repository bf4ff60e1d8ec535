/** A line of IRC as far as the load tools look at it. Used by mixed.ts and channel.ts. */

/** RFC 2812 2.3.1, with the tags of IRCv3 passed over. */
export interface IrcLine {
  /** Nick of who said it, or the name of a server; empty where there is none. */
  readonly from: string;
  readonly command: string;
  readonly params: readonly string[];
}

/** Takes a line apart; whatever it is, nothing throws. */
export function readLine(text: string): IrcLine {
  let rest = text.startsWith('@') ? after(text, ' ') : text;
  let from = '';
  if (rest.startsWith(':')) {
    from = rest.slice(1).split(/[ !]/, 1)[0] ?? '';
    rest = after(rest, ' ');
  }
  const at = rest.startsWith(':') ? 0 : rest.indexOf(' :');
  const head = at < 0 ? rest : rest.slice(0, at);
  const [command = '', ...params] = head.split(' ').filter((word) => word !== '');
  if (at >= 0) params.push(rest.slice(rest.indexOf(':', at) + 1));
  return { from, command: command.toUpperCase(), params };
}

function after(text: string, separator: string): string {
  const at = text.indexOf(separator);
  return at < 0 ? '' : text.slice(at).replace(/^ +/, '');
}
