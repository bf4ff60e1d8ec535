/** SPAMFILTER, with the words of UnrealIRCd: what nobody may say on this server, and what happens to who does. */
import { N } from '../../irc/numerics.ts';
import { counted } from '../../runtime/host/impact-text.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import { tryFilter } from '../spam-filters/filter-trial.ts';
import { removeFilter, setFilter } from '../spam-filters/set-filter.ts';
import {
  filterProblem,
  parseTargetLetters,
  parseTargets,
  SPAM_ACTIONS,
  SPAM_TARGETS,
  type SpamAction,
  type SpamTarget,
} from '../spam-filters/spam-filter.ts';
import type { LocalClient } from '../state/local-client.ts';
import { MAX_BAN_MINUTES, savedOutcome } from './ban-command.ts';
import type { Command } from './command.ts';
import { describeOper, perform, tell } from './deed.ts';

const NAME = 'SPAMFILTER';
/** How long a ban lasts where a `-` stands for it. */
const DEFAULT_MINUTES = limits.spamBanMinutes.default;

export const spamfilter: Command = {
  name: NAME,
  minParams: 0,
  oper: 'spamfilter',
  help: [
    'SPAMFILTER [ADD [-simple] <pcnNPqtaukm> <block|warn|kill|kline|gline> <minutes> <reason> :<pattern> | DEL :<pattern> | TEST :<pattern>]',
    'What may not be said on this server: a text, or a mask of the whole with * and ?. TEST tells what it would have met lately. Operators only.',
  ],
  run(server, client, params) {
    const [word = 'LIST', ...rest] = params;
    const given = rest[0] === '-simple' ? rest.slice(1) : rest;
    if (rest[0] === '-regex') {
      failed(client, 'expected -simple: patterns are texts and masks with * and ?, no regular expressions');
      return;
    }
    switch (word.toUpperCase()) {
      case 'ADD':
      case '+':
        add(server, client, given);
        break;
      case 'DEL':
      case 'REMOVE':
      case '-':
        remove(server, client, given.at(-1) ?? '');
        break;
      case 'TEST':
        test(server, client, given.at(-1) ?? '');
        break;
      case 'LIST':
        list(server, client);
        break;
      default:
        failed(client, 'expected ADD, DEL, TEST or nothing, which lists the filters');
    }
  },
};

function add(server: CommandServer, client: LocalClient, given: readonly string[]): void {
  const [letters = '', action = '', minutes = '', reason = '', pattern = ''] = given;
  if (pattern === '') {
    client.reply(N.ERR_NEEDMOREPARAMS, NAME);
    return;
  }
  const targets = targetsOf(letters);
  const lasts = minutes === '-' || minutes === '0' ? DEFAULT_MINUTES : Number(minutes);
  const problem =
    'problem' in targets
      ? targets.problem
      : !(SPAM_ACTIONS as readonly string[]).includes(action)
        ? `expected one of ${SPAM_ACTIONS.join(', ')} as what is done`
        : !Number.isInteger(lasts) || lasts < 1 || lasts > MAX_BAN_MINUTES
          ? `expected minutes from 1 to ${MAX_BAN_MINUTES}, or - for ${DEFAULT_MINUTES}`
          : server.spamFilters.problemWith(pattern);
  if (problem !== null) {
    failed(client, problem);
    return;
  }
  const by = describeOper(client);
  const filter = {
    kind: 'spam' as const,
    pattern,
    targets: [...(targets as readonly SpamTarget[])],
    action: action as SpamAction,
    minutes: lasts,
    reason: reason === '-' ? 'Spam' : reason.replaceAll('_', ' '),
    by,
  };
  perform(server, client, {
    command: NAME,
    args: {
      change: 'add',
      pattern,
      targets: filter.targets.join(','),
      action,
      minutes: lasts,
      reason: filter.reason,
    },
    flag: 'spamfilter',
    unrecorded: 'run',
    carryOut() {
      const outcome = setFilter(server, { ...filter, setMs: Date.now() });
      if (typeof outcome !== 'string') return savedOutcome(client, NAME, 'added', outcome.saving);
      failed(client, outcome);
      return { ok: false, outcome: `refused: ${outcome}` };
    },
  });
}

function remove(server: CommandServer, client: LocalClient, pattern: string): void {
  const missing = `there is no spam filter "${pattern}"`;
  if (!server.spamFilters.has(pattern)) {
    failed(client, missing);
    return;
  }
  const by = describeOper(client);
  perform(server, client, {
    command: NAME,
    args: { change: 'remove', pattern },
    flag: 'spamfilter',
    unrecorded: 'refuse',
    carryOut() {
      const saving = removeFilter(server, pattern, by);
      if (saving !== null) return savedOutcome(client, NAME, 'removed', saving);
      failed(client, missing);
      return { ok: false, outcome: `not_found: ${missing}` };
    },
  });
}

/** Only numbers: what others have said is for who may read it anyway. */
function test(server: CommandServer, client: LocalClient, pattern: string): void {
  const problem = filterProblem(pattern);
  if (problem !== null) {
    failed(client, problem);
    return;
  }
  const minutes = server.config.spam.recent_minutes;
  if (minutes === 0) {
    failed(client, 'nothing that is said is kept for it; [ircd.spam] recent_minutes keeps it');
    return;
  }
  perform(server, client, {
    command: NAME,
    args: { change: 'test', pattern },
    flag: 'spamfilter',
    unrecorded: 'run',
    carryOut() {
      const { met, compared, ns } = tryFilter(
        server.recentTexts,
        pattern,
        targetsOf('all') as readonly SpamTarget[],
      );
      server.host.work.spend(ns);
      const users = new Set(met.map(({ nick }) => nick)).size;
      tell(
        client,
        `"${pattern}" would have met ${met.length} of ${compared} in the last ${minutes} minutes, of ${users} users`,
      );
      return { ok: true, outcome: `met ${met.length} of ${compared}` };
    },
  });
}

function list(server: CommandServer, client: LocalClient): void {
  for (const { filter, hits } of server.spamFilters.states()) {
    const { pattern, targets, action, minutes, reason, by } = filter;
    const lasts = action === 'kline' || action === 'gline' ? ` for ${minutes} minutes` : '';
    tell(
      client,
      `"${pattern}" ${action}${lasts} in ${targets.join(',')}, met ${hits} times, by ${by}: ${reason}`,
    );
  }
  tell(client, counted(server.spamFilters.size, 'spam filter'));
}

/** Letters as UnrealIRCd has them, or names with commas between them. */
function targetsOf(text: string): ReturnType<typeof parseTargets> {
  return text === 'all' || text in SPAM_TARGETS || text.includes(',')
    ? parseTargets(text)
    : parseTargetLetters(text);
}

function failed(client: LocalClient, problem: string): void {
  tell(client, `${NAME} failed: ${problem}`);
}
