/** Parses options, with mistakes in words for the person who typed them. Used by the CLI and by `serve`. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Thrown for arguments that cannot be understood; the message is for the person who typed them. */
export class UsageError extends Error {}

/**
 * What `parseArgs` makes of the words. A negative number is the value of the option before it.
 * @throws UsageError
 */
export function parseOptions<Config extends ParseArgsConfig>(words: readonly string[], config: Config) {
  try {
    return parseArgs({ ...config, args: joinNegatives(words, config.options ?? {}) });
  } catch (error) {
    throw new UsageError(problemOf(error as NodeJS.ErrnoException));
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

function problemOf({ code, message }: NodeJS.ErrnoException): string {
  const [, quoted = ''] = /'([^']*)'/.exec(message) ?? [];
  const option = /--[^\s'<,]+/.exec(quoted)?.[0] ?? quoted;
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return `there is no option "${quoted}"; see --help`;
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `"${quoted}" is not expected here`;
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      if (message.includes('does not take')) return `${option} takes no value`;
      return `${option} needs a value; one that begins with a dash is written ${option}=VALUE`;
    default:
      return message;
  }
}
