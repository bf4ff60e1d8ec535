/** What the command line tells of who uses it, beside the account: who ran sudo, the terminal, and from where it was reached. */
import { readlinkSync } from 'node:fs';
import { isIP } from 'node:net';
import { isatty } from 'node:tty';
import { LOCAL_CALLER_CHARS, type LocalCaller, SUDO_USER, TERMINAL } from '../../contract/local-caller.ts';

/** Of this process; what cannot be found out, or is not what it should be, is left out. */
export function ownDetails(env: NodeJS.ProcessEnv = process.env, terminal = terminalPath()): LocalCaller {
  // `client port server port`, as sshd sets it; a link-local address may name its interface, which says nothing elsewhere.
  const remote = env.SSH_CONNECTION?.split(' ')[0]?.split('%')[0];
  const path = terminal ?? env.SSH_TTY;
  return {
    sudoUser: fitting(env.SUDO_USER, SUDO_USER, LOCAL_CALLER_CHARS),
    terminal: fitting(path?.replace(/^\/dev\//, ''), TERMINAL, LOCAL_CALLER_CHARS),
    remote: remote !== undefined && isIP(remote) !== 0 ? remote : undefined,
  };
}

/** The terminal of standard input, error or output, whichever is one. */
function terminalPath(): string | undefined {
  const descriptor = [0, 2, 1].find((one) => isatty(one));
  if (descriptor === undefined) return undefined;
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    // No such file system: SSH_TTY may say it.
    return undefined;
  }
}

function fitting(text: string | undefined, form: RegExp, maxChars: number): string | undefined {
  return text !== undefined && text.length <= maxChars && form.test(text) ? text : undefined;
}
