/** Parses options, with mistakes in words for the person who typed them. Used by the CLI and by `serve`. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from '../../kit/command-line.ts';

export { UsageError };

/**
 * What `parseArgs` makes of the words. A negative number is the value of the option before it.
 * @throws UsageError
 */
export function parseOptions<Config extends ParseArgsConfig>(words: readonly string[], config: Config) {
  try {
    return parseArgs({ ...config, args: joinNegatives(words, config.options ?? {}) });
  } catch (error) {
    throw new UsageError(problemOf(error as NodeJS.ErrnoException, words, config));
  }
}

/** `--limit -3` as `--limit=-3`: the parser would take the number for another option. */
function joinNegatives(words: readonly string[], options: NonNullable<ParseArgsConfig['options']>): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const option = joined.at(-1);
    const takesValue = option?.startsWith('--') === true && options[option.slice(2)]?.type === 'string';
    if (takesValue && /^-[\d.]/.test(word)) joined.splice(-1, 1, `${option}=${word}`);
    else joined.push(word);
  }
  return joined;
}

function problemOf(
  { code, message }: NodeJS.ErrnoException,
  words: readonly string[],
  config: ParseArgsConfig,
): string {
  const [, quoted = ''] = /'([^']*)'/.exec(message) ?? [];
  const option = /--[^\s'<,]+/.exec(quoted)?.[0] ?? quoted;
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return `there is no option "${quoted}"; see --help`;
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `"${quoted}" is not expected here${valueOfSwitch(quoted, words, config)}`;
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      if (message.includes('does not take')) return noValue(option, config);
      return `${option} needs a value; one that begins with a dash is written ${option}=VALUE`;
    default:
      return message;
  }
}

/** That a yes-or-no option takes no value, and how its opposite is written where it has one. */
function noValue(option: string, { allowNegative }: ParseArgsConfig): string {
  const opposite = allowNegative === true ? `; its opposite is --no-${option.slice(2)}` : '';
  return `${option} takes no value${opposite}`;
}

/** What is to be added about a word that was meant as the value of the yes-or-no option before it. */
function valueOfSwitch(word: string, words: readonly string[], config: ParseArgsConfig): string {
  for (const [index, option] of words.entries()) {
    if (words[index + 1] !== word || !option.startsWith('--')) continue;
    const given = option.slice(2);
    const name = config.allowNegative === true && given.startsWith('no-') ? given.slice(3) : given;
    if (config.options?.[name]?.type === 'boolean') return `: ${noValue(`--${name}`, config)}`;
  }
  return '';
}
