/**
 * `signalbox completion bash|zsh|fish`: a script that completes commands, daemons, admin commands and their options, made from
 * the manifests. It holds words alone and asks no instance, so that the Tab key never waits.
 */
import type { JsonFieldSchema, ManifestDescription } from '../../contract/manifest.ts';
import { optionName } from '../../kit/command-line.ts';
import { UsageError } from '../terminal/terminal.ts';
import { argumentOption } from './secret-options.ts';

/** Shells that there is a script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

const COMMANDS =
  'status start stop restart run logs metrics pools blocks audit top tasks sessions config serve import backup restore completion help'.split(
    ' ',
  );
const SHARED = ['--data', '--json', '--yes', '--help'];

/** What may follow the words before it, which are joined by spaces; `*` stands for nothing more. */
type Rules = readonly (readonly [after: string, words: readonly string[]])[];

/** The script for a shell. Throws UsageError. */
export function completionScript(
  shell: string | undefined,
  manifests: readonly ManifestDescription[],
): string {
  const rules = rulesOf(manifests);
  const files = manifests.flatMap(({ id, verbs }) =>
    verbs.filter(({ positionals }) => positionals.includes('file')).map(({ name }) => `${id} ${name}`),
  );
  switch (shell) {
    case 'bash':
      return bashScript(rules, files);
    case 'zsh':
      // zsh runs completions of bash by its own compatibility layer.
      return `#compdef signalbox\nautoload -Uz bashcompinit && bashcompinit\n${bashScript(rules, files)}`;
    case 'fish':
      return fishScript(rules, files);
    default:
      throw new UsageError(`completion needs a shell: ${SHELLS.join(', ')}`);
  }
}

function rulesOf(manifests: readonly ManifestDescription[]): Rules {
  const ids = manifests.map(({ id }) => id);
  const rules: [string, string[]][] = [
    [
      '',
      [...COMMANDS, ...manifests.filter(({ verbs }) => verbs.length > 0).map(({ id }) => id), '--version'],
    ],
    ['config', ['check', 'reload']],
    ['sessions', ['end']],
    ['tasks', ['cancel']],
    ['completion', [...SHELLS]],
    ['run', ids],
  ];
  for (const command of ['start', 'stop', 'restart']) rules.push([command, ids]);
  for (const command of ['logs', 'metrics', 'blocks', 'audit']) rules.push([command, [...ids, 'main']]);
  for (const { id, verbs } of manifests) {
    if (verbs.length > 0) rules.push([id, verbs.map(({ name }) => name)]);
    for (const { name, args, positionals } of verbs) {
      const options = Object.entries(args.properties).filter(([field]) => !positionals.includes(field));
      const first = args.properties[positionals[0] ?? ''];
      const kinds = first === undefined ? [] : valuesOf(first);
      rules.push([`${id} ${name}`, [...kinds, ...options.map(([field]) => `--${optionName(field)}`)]]);
      // The one verb that needs no name of a daemon.
      if (name === 'import') rules.push([name, kinds]);
      for (const [field, schema] of options) {
        const values = valuesOf(schema);
        if (values.length > 0) rules.push([`${id} ${name} --${optionName(field)}`, values]);
      }
    }
  }
  for (const { id, commands } of manifests) {
    rules.push([`run ${id}`, commands.map(({ name }) => name)]);
    for (const { name, args } of commands) {
      const fields = Object.entries(args.properties);
      rules.push([
        `run ${id} ${name}`,
        fields.map(([field, schema]) => `--${argumentOption(field, schema)}`),
      ]);
      for (const [field, schema] of fields) {
        const values = valuesOf(schema);
        if (values.length > 0) rules.push([`run ${id} ${name} --${optionName(field)}`, values]);
      }
    }
  }
  return rules;
}

function valuesOf(schema: JsonFieldSchema): string[] {
  return (schema.enum ?? []).filter((value) => /^[\w.-]+$/.test(value));
}

/** Manifests name things in letters, digits and dashes: nothing here needs quoting, and a test sees to that. */
function cases(rules: Rules, line: (after: string, words: string) => string): string {
  return rules.map(([after, words]) => line(after, words.join(' '))).join('\n');
}

function bashScript(rules: Rules, files: readonly string[]): string {
  return `# Completion of signalbox: eval "$(signalbox completion bash)"
_signalbox() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path= word words= value=
  local -i i n=0
  for ((i = 1; i < COMP_CWORD && n < 3; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == --data ]]; then i+=1; continue; fi
    if [[ $word == -* ]]; then continue; fi
    path+=\${path:+ }$word; n+=1
  done
  if [[ $prev == --data || $prev == --config ]]; then COMPREPLY=($(compgen -f -- "$cur")); return; fi
  if [[ $prev == --* ]]; then words=$(_signalbox_words "$path $prev"); fi
  if [[ -n $words ]]; then value=value; else words="$(_signalbox_words "$path") ${SHARED.join(' ')}"; fi
  case $value$path in backup*|restore*|'import '*|'config check'*${files.map((after) => `|'${after}'*`).join('')}) COMPREPLY=($(compgen -f -- "$cur"));; *) COMPREPLY=();; esac
  COMPREPLY+=($(compgen -W "$words" -- "$cur"))
}
_signalbox_words() {
  case $1 in
${cases(rules, (after, words) => `    '${after}') echo '${words}';;`)}
  esac
}
complete -F _signalbox signalbox
`;
}

function fishScript(rules: Rules, files: readonly string[]): string {
  return `# Completion of signalbox: signalbox completion fish | source
function __signalbox_words
  set -l path
  set -l skip 0
  set -l tokens (commandline -opc)
  for word in $tokens[2..-1]
    if test $skip = 1; set skip 0; continue; end
    if test "$word" = --data; set skip 1; continue; end
    if string match -q -- '-*' $word; continue; end
    if test (count $path) -lt 3; set -a path $word; end
  end
  set -l found
  if test (count $tokens) -gt 1; and string match -q -- '--*' $tokens[-1]
    set found (__signalbox_rule "$path $tokens[-1]")
  end
  if test -z "$found"; set found (__signalbox_rule "$path") ${SHARED.join(' ')}; end
  string split ' ' -- $found
end
function __signalbox_rule
  switch "$argv[1]"
${cases(rules, (after, words) => `    case '${after}'\n      echo '${words}'`)}
  end
end
complete -c signalbox -f -a '(__signalbox_words)'
complete -c signalbox -n '__fish_seen_subcommand_from backup restore check' -F
${files.map((after) => `complete -c signalbox -n '__fish_seen_subcommand_from ${after.replace(' ', '; and __fish_seen_subcommand_from ')}' -F\n`).join('')}`;
}
