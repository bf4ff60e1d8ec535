/** Who speaks on the local socket: the account that owns it, and what the caller says that tells two people on it apart. */
import { isIP } from 'node:net';
import { userInfo } from 'node:os';
import { z } from 'zod';
import { lineWord } from '../../contract/line-texts.ts';
import type { Actor } from '../../contract/link/actor.ts';
import {
  describeLocalCaller,
  LOCAL_CALLER_CHARS,
  type LocalCaller,
  SUDO_USER,
  TERMINAL,
} from '../../contract/local-caller.ts';

/** Bytes of the longest name: a character has at most four in UTF-8. */
const NAME_BYTES = 4 * LOCAL_CALLER_CHARS;

/** Checks a {@link LocalCaller}. */
export const localCallerSchema = z.strictObject({
  sudoUser: lineWord({ max: NAME_BYTES })
    .max(LOCAL_CALLER_CHARS)
    .regex(SUDO_USER, { error: 'expected the name of a user' })
    .optional(),
  terminal: lineWord({ max: LOCAL_CALLER_CHARS })
    .regex(TERMINAL, { error: 'expected the name of a terminal such as pts/3' })
    .optional(),
  remote: z
    .string()
    .refine((text) => isIP(text) !== 0 && !text.includes('%'), { error: 'expected an IPv4 or IPv6 address' })
    .optional(),
  console: z.literal(true).optional(),
});

/** The account, and what its user says, which is shown and decides nothing. */
export function localActor({ sudoUser, console, ...said }: LocalCaller): Actor {
  const name = userName();
  const where = describeLocalCaller(sudoUser === name ? said : { sudoUser, ...said });
  const from = console === true ? 'console' : 'cli';
  return { name, from, role: 'admin', ...(where === undefined ? {} : { where }) };
}

/** The account that owns the socket: nobody else can open it. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
