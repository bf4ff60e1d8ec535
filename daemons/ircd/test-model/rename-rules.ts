/** RENAME of those who run a channel, for the slow model. */
import { limits } from '../limits.ts';
import { lowerCase, type ModelClient } from './irc-model.ts';
import type { IrcRules } from './irc-rules.ts';

/** A line of a client that is no operator of the network, or runs the channel. */
export function renameChannel(
  rules: IrcRules,
  client: ModelClient,
  [old = '', name = '', reason = '']: readonly string[],
) {
  const { model, nowMs } = rules;
  const channel = model.channel(old);
  if (channel === undefined) return rules.tell(client, `403 ${old}`);
  const member = channel.member(client);
  if (member === undefined) return rules.tell(client, `442 ${channel.name}`);
  if (!member.op) return rules.tell(client, `482 ${channel.name}`);
  const fail = (code: string, text: string) =>
    rules.tell(client, `:irc.test FAIL RENAME ${code} ${channel.name} ${name} :${text}`);
  if (channel.name === name) return fail('CANNOT_RENAME', 'That is its name already');
  const isCase = lowerCase(channel.name) === lowerCase(name);
  if (!isCase && model.channel(name) !== undefined)
    return fail('CHANNEL_NAME_IN_USE', 'The channel name is already taken');
  const waitMs = channel.renamedMs + limits.renameMs.default - nowMs;
  if (waitMs > 0)
    return fail(
      'CANNOT_RENAME',
      `It has been renamed recently; try again in ${Math.ceil(waitMs / 1000)} seconds`,
    );
  const former = channel.name;
  model.rename(channel, name, nowMs);
  for (const { client: other } of channel.members) {
    if (other.caps) rules.tell(other, `:${client.prefix} RENAME ${former} ${name} :${reason}`);
    else if (!isCase) {
      rules.tell(other, `:${other.prefix} PART ${former}${reason === '' ? '' : ` :${reason}`}`);
      rules.tell(other, `:${other.prefix} JOIN ${name}`);
    }
  }
}
