/** `P $*.example.net :text`: to everybody on the servers whose names a mask fits. Who may say it their own server has decided. */
import { fold } from '../../../irc/casemapping.ts';
import { compileMask } from '../../../irc/mask.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { from, toClients } from '../../broadcast.ts';
import { deliver } from '../../work-steps.ts';
import type { LinkLine } from './link-line.ts';

/** @param target begins with `$`. */
export function toServers(
  { server, source, network, link, text: line }: LinkLine,
  verb: 'PRIVMSG' | 'NOTICE',
  target: string,
  text: string,
): WorkSteps | null {
  network.forward(line, link);
  if (!compileMask(target.slice(1)).matches(fold(server.name))) return null;
  const message = from(server, source, `${verb} ${target} :${text}`);
  const send = toClients(message, ({ user }) => user.registered);
  return deliver(server.host, { entries: [...server.state.localClients], send }, message, []);
}
