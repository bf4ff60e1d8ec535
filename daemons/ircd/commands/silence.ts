/** SILENCE: masks of users whom a client does not hear, as ircu has it. Kept here alone: other servers need not know. */
import { canonicalMask, hasBrokenNetwork } from '../../irc/address-mask.ts';
import { normalizeUserMask } from '../../irc/mask.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';

export const silence: Command = {
  name: 'SILENCE',
  minParams: 0,
  help: [
    'SILENCE [[+|-]<mask>{,[+|-]<mask>}]',
    'Has you hear nothing of users whom a mask names, and get no invitation of them; shows the masks.',
  ],
  run(_server, client, [given = '']) {
    if (given === '') {
      showList(client);
      return;
    }
    for (const word of new Set(given.split(','))) if (word !== '') change(client, word);
  },
};

function showList(client: LocalClient): void {
  for (const { mask } of client.guard?.silenced.entries ?? [])
    client.replyRaw(N.RPL_SILELIST, `${client.user.nick} ${mask.text}`);
  client.reply(N.RPL_ENDOFSILELIST, client.user.nick);
}

function change(client: LocalClient, word: string): void {
  const sign = word.startsWith('-') ? '-' : '+';
  const typed = word.replace(/^[+-]/, '');
  const mask = canonicalMask(normalizeUserMask(typed));
  const isSound = typed !== '' && replyParameter(typed) === typed && !hasBrokenNetwork(mask);
  if (!isSound || Buffer.byteLength(mask) > limits.maskBytes.default) {
    client.fail('SILENCE', 'INVALID_MASK', replyParameter(typed), 'Expected a mask such as nick!user@host');
    return;
  }
  const { silenced } = client.madeGuard();
  if (sign === '-') {
    const removed = silenced.remove(mask);
    if (removed !== null) client.send(`:${client.user.prefix} SILENCE -${removed}`);
  } else if (silenced.has(mask)) return;
  else if (silenced.size >= limits.silenceEntries.default) client.reply(N.ERR_SILELISTFULL, mask);
  else if (silenced.add(mask, client.user.prefix, Date.now()))
    client.send(`:${client.user.prefix} SILENCE +${mask}`);
}
