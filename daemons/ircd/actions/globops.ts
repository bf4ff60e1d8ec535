/** What an operator says to the operators of all servers. */
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { NOTICE } from '../notice-kinds.ts';
import type { User } from '../state/user.ts';

/** Tells operators of this server, and the links. @param bytes the text as another server has said it. */
export function globops(server: CommandServer, source: User, text: string, bytes?: string): void {
  noticeOpers(server, NOTICE.globops, `Global -- from ${source.nick}: ${text}`);
  server.links?.tell({ kind: 'globops', source, text, bytes });
}
