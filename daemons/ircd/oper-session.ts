/** What an operator may do, and is told, by the block that let them in. Called where one becomes operator and where the block is read anew. */
import type { OperBlock } from './config.ts';
import { chooseNotices } from './notice-kinds.ts';
import type { OperSession } from './state/local-client.ts';

export function sessionOf({ name, flags, title, notices }: OperBlock): OperSession {
  return { name, flags: new Set(flags), title, notices: chooseNotices(0, notices).bits };
}
