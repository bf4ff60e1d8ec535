/** The code of the admin commands about spam filters. */
import { SignalboxError } from '../../../contract/errors.ts';
import { describeActor } from '../../../contract/link/actor.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { counted } from '../../runtime/host/impact-text.ts';
import type { IrcServer } from '../irc-server.ts';
import { shownText, tryFilter } from '../spam-filters/filter-trial.ts';
import { removeFilter, setFilter } from '../spam-filters/set-filter.ts';
import { filterProblem, parseTargets, type SpamTarget } from '../spam-filters/spam-filter.ts';
import type { adminCommands } from './commands.ts';
import { filterRow } from './rows.ts';

type FilterCommands = Pick<typeof adminCommands, 'filters' | 'add-filter' | 'remove-filter' | 'test-filter'>;

export function filterHandlers(server: IrcServer): CommandHandlers<FilterCommands> {
  return {
    filters: { run: () => ({ rows: [...server.spamFilters.states()].map(filterRow) }) },
    'add-filter': {
      check: ({ pattern, targets }) => {
        targetsOf(targets);
        refuse(server.spamFilters.problemWith(pattern));
      },
      impact: ({ pattern, targets }) => {
        const minutes = server.config.spam.recent_minutes;
        if (minutes === 0) return null;
        const { met, compared, ns } = tryFilter(server.recentTexts, pattern, targetsOf(targets));
        server.host.work.spend(ns);
        return `would have met ${met.length} of ${counted(compared, 'text')} in the last ${counted(minutes, 'minute')}`;
      },
      run: async ({ pattern, targets, action, minutes, reason }, { actor }) => {
        const by = describeActor(actor);
        const filter = {
          kind: 'spam',
          pattern,
          targets: [...targetsOf(targets)],
          action,
          minutes,
          reason,
        } as const;
        const outcome = setFilter(server, { ...filter, by, setMs: Date.now() });
        if (typeof outcome === 'string') throw new SignalboxError('refused', outcome);
        return { pattern, targets: filter.targets.join(','), action, minutes, ...(await outcome.saving) };
      },
    },
    'remove-filter': {
      run: async ({ pattern }, { actor }) => {
        const saving = removeFilter(server, pattern, describeActor(actor));
        if (saving === null)
          throw new SignalboxError(
            'not_found',
            `There is no spam filter “${pattern}”; list them with filters.`,
          );
        return { pattern, ...(await saving) };
      },
    },
    'test-filter': {
      check: ({ pattern, targets }) => {
        targetsOf(targets);
        refuse(filterProblem(pattern));
        if (server.config.spam.recent_minutes === 0)
          throw new SignalboxError(
            'refused',
            'Nothing that is said is kept for it; recent_minutes in [ircd.spam] keeps it for up to an hour.',
          );
      },
      run: ({ pattern, targets, limit }) => {
        const { met, ns } = tryFilter(server.recentTexts, pattern, targetsOf(targets));
        server.host.work.spend(ns);
        return {
          rows: met.slice(0, limit).map((text) => ({
            saidAt: text.atMs,
            nick: text.nick,
            target: text.target,
            place: text.place,
            text: shownText(text),
          })),
        };
      },
    },
  };
}

function targetsOf(text: string): readonly SpamTarget[] {
  const targets = parseTargets(text);
  if ('problem' in targets) throw new SignalboxError('refused', targets.problem);
  return targets;
}

function refuse(problem: string | null): void {
  if (problem !== null) throw new SignalboxError('refused', problem);
}
