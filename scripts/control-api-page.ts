/**
 * The text of docs/reference/control-api.md: every request of the control API with its arguments from the zod schema, its
 * result from the contract's types, its errors, and an example by curl. Called by reference-docs.ts and its tests.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { COMMON_ERRORS } from '../contract/control/request.ts';
import { CONTROL_REQUESTS, type ControlRequestName } from '../contract/control/requests.ts';
import { ERROR_CODES } from '../contract/errors.ts';
import { statusOf } from '../main/headless/http-answers.ts';
import { type JsonSchema, typeOf } from './json-schema-words.ts';
import { markdownTable } from './markdown-table.ts';

const CONTRACT = join(import.meta.dirname, '../contract/control');

/** All requests, in the order of the page. */
export const REQUEST_NAMES = Object.keys(CONTROL_REQUESTS) as ControlRequestName[];

/** The example of a request as a line of shell; URL ends with a slash. */
export function curlExample(name: ControlRequestName): string {
  const args = JSON.stringify(CONTROL_REQUESTS[name].example).replaceAll("'", String.raw`'\''`);
  return `curl -sS "$URL"api/${name} -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '${args}'`;
}

/** The type of each result as it stands in the contract: `'name': defineRequest({ ... resultType<...>() ... })`. */
function resultTypes(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of readdirSync(CONTRACT).filter((one) => one.endsWith('.ts'))) {
    const source = readFileSync(join(CONTRACT, file), 'utf8');
    for (const [, name, body] of source.matchAll(
      /\n {2}'?([\w.]+)'?: defineRequest\(\{[\s\S]*?resultType<([\s\S]*?)>\(\)/g,
    ))
      found.set(String(name), String(body).replaceAll('\n    ', '\n'));
  }
  return found;
}

function section(name: ControlRequestName, result: string): string {
  const { summary, access, danger, errors } = CONTROL_REQUESTS[name];
  const schema = z.toJSONSchema(CONTROL_REQUESTS[name].args, { io: 'input' }) as JsonSchema;
  const fields = Object.entries(schema.properties ?? {});
  const rows = fields.map(([field, of]) => [
    `\`${field}\``,
    typeOf(of),
    schema.required?.includes(field) === true ? 'yes' : 'no',
    of.description ?? '',
  ]);
  return [
    `## ${name}`,
    summary,
    access === 'command' ? 'Access: that of the command.' : `Access: **${access}**.`,
    ...(danger === null ? [] : [`Danger: ${danger}`]),
    fields.length === 0 ? 'No arguments.' : markdownTable(['Argument', 'Type', 'Required', 'Meaning'], rows),
    `Result:\n\n\`\`\`ts\n${result}\n\`\`\``,
    ...(errors.length === 0 ? [] : [`Errors: ${errors.map((code) => `\`${code}\``).join(', ')}.`]),
    `\`\`\`sh\n${curlExample(name)}\n\`\`\``,
  ].join('\n\n');
}

/** The whole page. */
export function controlApiPage(): string {
  const results = resultTypes();
  const codes = [...new Set(REQUEST_NAMES.flatMap((name) => CONTROL_REQUESTS[name].errors))];
  const used = [...COMMON_ERRORS, 'unknown_request' as const, ...codes].map((code) => [
    `\`${code}\``,
    statusOf({ code, message: '' }),
    ERROR_CODES[code],
  ]);
  return `${[
    '# Control API: reference',
    'What the window and the command line ask, any program may ask too. Generated from `contract` by `node scripts/reference-docs.ts`.',
    '`POST /api/<request>` takes one JSON object of arguments and answers `{"ok":true,"result":...}` or `{"ok":false,"error":{"code","message","detail"}}`. `URL` is that of the ready line, `TOKEN` the text of the file `token` in the data folder. On the WebSocket `/control`, and on the local socket `control.sock` in the data folder (a line each, no token), a request is `{"id":1,"name":"status","args":{}}`, its answer `{"id":1,"outcome":{...}}`, and events come as `{"event":{...}}`.',
    'A request that disturbs users is refused with `confirmation_required` until its arguments hold `"confirmed": true`; `detail.impact` says what it would do ("disconnects 42 clients").',
    'Each request says which access it needs: a viewer has `read`, an operator `read` and `operate`, an admin all three. See [roles](../roles.md).',
    'Types that a result names (`DaemonSnapshot`, ...) are in `contract`.',
    ...REQUEST_NAMES.map((name) => section(name, results.get(name) ?? '')),
    '## Errors',
    'The code tells errors apart and never changes its meaning; the message is for people. Each request may be answered with the first six.',
    markdownTable(['Code', 'HTTP status', 'Meaning'], used),
  ].join('\n\n')}\n`;
}
