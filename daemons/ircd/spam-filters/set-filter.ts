/** Spam filters are set and removed, by operators and by admin commands alike. */
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { Saving } from '../commands/ban-command.ts';
import { NOTICE } from '../notice-kinds.ts';
import type { SpamFilter } from './spam-filter.ts';

/** Sets a filter and has the list saved; why not as text. */
export function setFilter(server: CommandServer, filter: SpamFilter): string | { readonly saving: Saving } {
  const problem = server.spamFilters.set(filter);
  if (problem !== null) return problem;
  const { pattern, targets, action, by } = filter;
  changed(
    server,
    'added',
    filter,
    `${by} added the spam filter "${pattern}" (${action} in ${targets.join(', ')})`,
  );
  return { saving: server.host.saveBans() };
}

/** Removes a filter and has the list saved; null where there is none. */
export function removeFilter(server: CommandServer, pattern: string, by: string): Saving | null {
  const filter = server.spamFilters.remove(pattern);
  if (filter === null) return null;
  changed(server, 'removed', filter, `${by} removed the spam filter "${filter.pattern}"`);
  return server.host.saveBans();
}

function changed(
  server: CommandServer,
  what: 'added' | 'removed',
  { pattern }: SpamFilter,
  text: string,
): void {
  noticeOpers(server, NOTICE.bans, text);
  server.host.log('info', `spam_filter_${what}`, text, { pattern });
  server.host.tableChanged('filters');
}
