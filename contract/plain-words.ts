/**
 * What zod says about a wrong value, in the words that people read everywhere else ("expected text of at most 20
 * characters"). Importing this module sets the words for the whole process, so that no command line, HTTP answer or window
 * shows zod's own. A value itself is never quoted: it may be a secret.
 */
import { z } from 'zod';

/** Kinds of values as people call them. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  undefined: 'nothing',
  never: 'nothing',
  date: 'a date',
  nan: 'a number',
  map: 'a map',
  set: 'a list',
};

const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
};

const FORMATS: Readonly<Record<string, string>> = {
  regex: 'text of another form',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  cidrv4: 'an IPv4 network such as 192.0.2.0/24',
  cidrv6: 'an IPv6 network such as 2001:db8::/32',
  url: 'a URL',
  email: 'an e-mail address',
  uuid: 'a UUID',
  json_string: 'JSON',
};

type RawIssue = z.core.$ZodRawIssue;

/** What stands there, without showing it. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'no number';
    return Number.isInteger(value) ? 'a number' : 'a fraction';
  }
  return KINDS[typeof value] ?? `a ${typeof value}`;
}

function bound(issue: RawIssue & { code: 'too_big' | 'too_small' }): string {
  const limit = issue.code === 'too_big' ? issue.maximum : issue.minimum;
  const inclusive = issue.inclusive !== false;
  const least = issue.code === 'too_small';
  const unit = UNITS[issue.origin];
  const kind = unit === undefined ? 'a number' : issue.origin === 'string' ? 'text' : 'a list';
  if (least && unit !== undefined && Number(limit) === 1)
    return issue.origin === 'string'
      ? 'expected text that is not empty'
      : 'expected a list that is not empty';
  const counted = unit === undefined ? `${limit}` : `${limit} ${Number(limit) === 1 ? unit[0] : unit[1]}`;
  if (issue.exact === true) return `expected ${kind} of exactly ${counted}`;
  if (!inclusive) return `expected ${kind} ${least ? 'above' : 'below'} ${counted}`;
  return `expected ${kind} of at ${least ? 'least' : 'most'} ${counted}`;
}

/** The words for an issue; undefined where zod's own rule brought its words along. */
function words(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = KINDS[issue.expected] ?? issue.expected;
      if (issue.input === undefined) return `missing, expected ${expected}`;
      return `expected ${expected}, got ${kindOf(issue.input)}`;
    }
    case 'too_big':
    case 'too_small':
      return bound(issue);
    case 'invalid_value': {
      const values = issue.values.map((value) => JSON.stringify(value) ?? String(value));
      const missing = issue.input === undefined ? 'missing, ' : '';
      return `${missing}expected ${values.length === 1 ? values[0] : `one of ${values.join(', ')}`}`;
    }
    case 'unrecognized_keys':
      return `unknown ${issue.keys.length === 1 ? 'key' : 'keys'} ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return `expected ${FORMATS[issue.format] ?? issue.format}`;
    case 'invalid_union': {
      // A choice whose keys are unknown was not the one that was meant.
      const meant = issue.errors.filter((errors) => errors.every(({ code }) => code !== 'unrecognized_keys'));
      const choices = (meant.length === 0 ? issue.errors : meant).flatMap((errors) =>
        errors[0] === undefined ? [] : [errors[0].message],
      );
      return [...new Set(choices)].join(', or ') || 'expected another form';
    }
    case 'invalid_key':
      return 'expected another key';
    case 'invalid_element':
      return 'expected another entry';
    default:
      return 'not valid';
  }
}

z.config({ localeError: words });

/** The first thing that is wrong, with where it stands: `args.name: expected text, got a number`. */
export function firstProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'not valid';
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}

/** Everything that is wrong, in one line. */
export function allProblems(error: z.ZodError): string {
  return error.issues.map((issue) => firstProblem(new z.ZodError([issue]))).join('; ');
}
