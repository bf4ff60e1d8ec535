/** The arguments of a command in words, for the question before it runs. */
import type { CommandDescription } from '../../contract/manifest.ts';
import { formatExact } from '../format/numbers.ts';
import { minutesInWords } from '../format/plural.ts';
import type { NamedText } from '../ui/named-texts.tsx';
import { linesOf } from './file-field.tsx';
import { type FormField, formFields } from './form-values.ts';
import { messages } from './messages.ts';

/** One entry an argument that says something, in the order of the form. Secrets are not shown. */
export function argumentWords(
  command: CommandDescription,
  args: Readonly<Record<string, unknown>>,
): readonly NamedText[] {
  return formFields(command.args).flatMap((field) => {
    const value = args[field.name];
    if (value === undefined || value === '' || value === null) return [];
    const name = field.schema.unit === 'minutes' ? messages.duration : field.label;
    return [{ name, text: wordsOf(field, value) }];
  });
}

/** What an argument says, in words. */
export function wordsOf({ kind, schema }: FormField, value: unknown): string {
  if (kind === 'secret') return messages.hidden;
  if (kind === 'file') return messages.fileLines(linesOf(String(value)));
  if (typeof value === 'boolean') return value ? messages.yes : messages.no;
  if (typeof value === 'number') {
    if (value === 0 && schema.zero !== undefined) return schema.zero;
    return schema.unit === 'minutes' ? minutesInWords(value) : formatExact(value);
  }
  return Array.isArray(value) ? value.join(', ') : String(value);
}
