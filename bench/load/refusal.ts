/** What went wrong between a load and its server, as an error with a code and what to do. */
import { SignalboxError } from '../../contract/errors.ts';
import type { Target } from './target.ts';

/** From whatever a client or the generator has thrown. */
export function refusal(
  thrown: unknown,
  { name, password = '' }: Pick<Target, 'name' | 'password'>,
): SignalboxError {
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  // A server may repeat what it was told.
  const told = password === '' ? said : said.replaceAll(password, '(the password)');
  const why = told
    .trim()
    .replaceAll(/[\r\n]+/g, ' ')
    .replace(/\.$/, '');
  if (/EMFILE|ENFILE|too many open files/i.test(why))
    return new SignalboxError(
      'limit_reached',
      `This process may not open as many connections: ${why}. Raise "ulimit -n", or ask for fewer.`,
    );
  if (/^no result in /.test(why))
    return new SignalboxError('timeout', `${name} did not do it in time: ${why}. Ask for less load.`);
  if (/WebSocket/.test(why))
    return new SignalboxError(
      'refused',
      `${name} lets nobody in over a WebSocket: ${why}. Name a port that takes them, or an --origin that it allows.`,
    );
  return new SignalboxError(
    'refused',
    `${name} did not take the load: ${why}. Ask for fewer clients or a lower --concurrency, or lift its limits for the address of this machine.`,
  );
}
