/** Whom a mask covers: `user@host` or `nick!user@host`, by host, by address in every spelling, and with the `~` of a user name or without. */
import { compileAddressMask, coversAddress } from '../../irc/address-mask.ts';
import { canonicalUserMask } from '../../irc/ban-mask.ts';
import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import type { ViewUser } from '../network/view-parts.ts';

/** Tests users against `user@host`. */
export function compileUserMask(typed: string): (user: ViewUser) => boolean {
  return compileCover(canonicalUserMask(typed), ({ username }) =>
    username.startsWith('~') ? [username, username.slice(1)] : [username],
  );
}

/** Tests users against `nick!user@host`. */
export function compileWholeMask(mask: string): (user: ViewUser) => boolean {
  return compileCover(mask, ({ nick, username }) => [`${nick}!${username}`]);
}

function compileCover(mask: string, namesOf: (user: ViewUser) => readonly string[]) {
  const network = compileAddressMask(mask);
  if (network !== null)
    return (user: ViewUser) =>
      namesOf(user).some((name) => coversAddress(network, fold(name), user.addressGroups));
  const compiled = compileMask(mask);
  return (user: ViewUser) =>
    namesOf(user).some(
      (name) =>
        compiled.matches(fold(`${name}@${user.host}`)) || compiled.matches(fold(`${name}@${user.address}`)),
    );
}
