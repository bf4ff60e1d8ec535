/** Beside the form of a command: what it would do now, and how it was run last. */
import { type ReactNode, useMemo } from 'react';
import type { CommandDescription } from '../../contract/manifest.ts';
import { ANY_ENTRY, type LiveEntry, outcomeText } from '../audit/audit-entries.ts';
import { useAudit } from '../audit/use-audit.ts';
import { formatDateTime, formatMoment } from '../format/times.ts';
import { useHost, useMay } from '../model/host-context.ts';
import { hashOf } from '../shell/route.ts';
import { Icon } from '../ui/icons.tsx';
import { argumentWords } from './argument-words.ts';
import type { CommandRunner } from './command-runner.ts';
import { formFields } from './form-values.ts';
import { messages } from './messages.ts';
import { useImpact } from './use-impact.ts';

type Args = Readonly<Record<string, unknown>>;

/** How many runs are shown. */
const MOST_RUNS = 6;

/** Whether there is anything to say of a command beside its form, to whoever looks at it. */
export function useHasAside(command: CommandDescription): boolean {
  const mayAudit = useMay('audit.query');
  return mayAudit || command.danger !== 'safe';
}

interface CommandAsideProps {
  readonly daemon: string;
  readonly command: CommandDescription;
  readonly runner: CommandRunner;
  /** What is entered; null while it is not right. */
  readonly args: Args | null;
  /** Whether the daemon can be asked. */
  readonly up: boolean;
}

export function CommandAside({ daemon, command, runner, args, up }: CommandAsideProps): ReactNode {
  const mayAudit = useMay('audit.query');
  return (
    <div className="flex min-w-0 flex-col gap-4 card p-4">
      {command.danger !== 'safe' && <Now {...{ command, runner, args, up }} />}
      {mayAudit && <LastRuns daemon={daemon} command={command} />}
    </div>
  );
}

function Now({ command, runner, args, up }: Omit<CommandAsideProps, 'daemon'>): ReactNode {
  const impact = useImpact(runner, command, up ? args : null);
  const refused = impact?.phase === 'refused';
  const text = refused ? impact.error.message : impact?.text;
  const before = args === null ? messages.fillIn : messages.asking;
  return (
    <section aria-label={messages.wouldDo} className="flex flex-col gap-1">
      <h3 className="text-xs font-medium text-dim">{messages.wouldDo}</h3>
      <p className={refused ? 'text-bad' : text === undefined ? 'text-dim' : ''}>
        {up ? (text ?? before) : messages.notAsked}
      </p>
    </section>
  );
}

function LastRuns({ daemon, command }: { daemon: string; command: CommandDescription }): ReactNode {
  const { name } = command;
  const { rows, busy, error } = useAudit({ ...ANY_ENTRY, target: daemon, text: name });
  const runs = useMemo(
    () => rows.filter(({ entry }) => entry.command === name).slice(0, MOST_RUNS),
    [rows, name],
  );
  const nothing = error !== null ? messages.runsUnknown : busy ? messages.runsAsked : messages.noRuns;
  return (
    <section aria-label={messages.lastRuns} className="flex flex-col gap-1">
      <h3 className="text-xs font-medium text-dim">{messages.lastRuns}</h3>
      {runs.length === 0 ? (
        <p className="text-dim">{nothing}</p>
      ) : (
        <ul className="flex flex-col divide-y divide-line">
          {runs.map(({ key, entry }) => (
            <Run key={key} daemon={daemon} command={command} entry={entry} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Run({
  daemon,
  command,
  entry,
}: {
  daemon: string;
  command: CommandDescription;
  entry: LiveEntry;
}): ReactNode {
  const host = useHost();
  const words = argumentWords(command, entry.args).map(({ name, text }) => `${name} ${text}`);
  const came = outcomeText(entry.outcome);
  return (
    <li className="flex flex-col py-1">
      <span className="flex items-center gap-1.5">
        <span className={entry.ok ? 'text-good' : 'text-bad'}>
          <Icon name={entry.ok ? 'check' : 'error'} className="size-3.5" />
          <span className="sr-only">{entry.ok ? messages.wentWell : messages.wentWrong}</span>
        </span>
        <time title={formatDateTime(entry.time)}>{formatMoment(entry.time, host.hostNow())}</time>
        <span className="min-w-0 flex-1 truncate text-dim" title={entry.actor}>
          {entry.actor}
        </span>
        <a
          href={hashOf(host, ['daemon', daemon, 'commands'], {
            command: command.name,
            ...entered(command, entry.args),
          })}
          className="rounded-sm text-accent hover:underline focus-visible:-outline-offset-2"
        >
          {messages.fillInAgain}
        </a>
      </span>
      {words.length > 0 && <span className="text-xs wrap-anywhere">{words.join(', ')}</span>}
      {came !== '' && (
        <span className="line-clamp-2 text-xs wrap-anywhere text-dim" title={entry.outcome}>
          {came}
        </span>
      )}
    </li>
  );
}

/** The arguments of a run as the address gives them to the form. Secrets are not in the trail. */
export function entered(command: CommandDescription, args: Args): Readonly<Record<string, string>> {
  return Object.fromEntries(
    formFields(command.args).flatMap(({ name, kind }) => {
      const value = args[name];
      if (kind === 'secret' || value === undefined || value === null) return [];
      return [[name, Array.isArray(value) ? value.join(',') : String(value)]];
    }),
  );
}
