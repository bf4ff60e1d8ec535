/**
 * An entry of the audit trail as a sentence: the template that the manifest of its daemon, or the contract, declares for it, filled in
 * with what was given and what came of it. What is marked secret, or was masked, is never part of it.
 */
import { CONTROL_REQUESTS } from '../../contract/control/requests.ts';
import type { JsonFieldSchema, ManifestDescription } from '../../contract/manifest.ts';
import { readSentence, type Sentence, type SentencePart } from '../../contract/sentence.ts';
import { minutesInWords } from '../format/plural.ts';
import { actionText, type LiveEntry } from './audit-entries.ts';
import { messages } from './messages.ts';

/** Words of a sentence; values stand out. */
export interface Piece {
  readonly text: string;
  readonly isValue: boolean;
}

/** What masked values look like, as main writes them. */
const MASKED = '[redacted]';
/** A longer value is cut: the whole of it is in the details. */
const MOST_CHARACTERS = 160;

type Values = Readonly<Record<string, unknown>>;

/** What a sentence is filled in with. */
interface Filling {
  readonly args: Values;
  readonly fields: Readonly<Record<string, JsonFieldSchema>>;
  readonly result: Values;
}

/** What was done, without who did it: `banned *@10.9.8.0/24 for 1 day, 9 dropped`, or `could not ban ...`. */
export function auditSentence(entry: LiveEntry, manifests: readonly ManifestDescription[]): readonly Piece[] {
  const manifest = manifests.find(({ id }) => id === entry.target);
  const command = manifest?.commands.find(({ name }) => name === entry.command);
  const template =
    entry.command === '' ? requestSentence(entry.action) : (command?.sentence ?? deedOf(manifest, entry));
  // What a request names as its target is not among its arguments.
  const target = entry.command === '' ? { id: entry.target, source: entry.target } : {};
  const filling = {
    args: { ...target, ...entry.args },
    fields: command?.args.properties ?? {},
    result: resultOf(entry),
  };
  const sentence = template === null ? null : readOrNull(template);
  const filled = sentence === null ? null : fill(sentence.parts, filling);
  if (sentence !== null && filled !== null) return [verb(entry, sentence), ...filled];
  return plainSentence(entry, filling);
}

/** Whether an entry is of a command that only reads. */
export function onlyReads(
  { target, command }: LiveEntry,
  manifests: readonly ManifestDescription[],
): boolean {
  const commands = manifests.find(({ id }) => id === target)?.commands;
  return commands?.find(({ name }) => name === command)?.reads === true;
}

function requestSentence(action: string): string | null {
  if (!Object.hasOwn(CONTROL_REQUESTS, action)) return null;
  const { sentence } = CONTROL_REQUESTS[action as keyof typeof CONTROL_REQUESTS] as {
    readonly sentence?: string;
  };
  return sentence ?? null;
}

function deedOf(manifest: ManifestDescription | undefined, { command }: LiveEntry): string | null {
  const deeds = manifest?.deeds ?? {};
  return Object.hasOwn(deeds, command) ? (deeds[command] ?? null) : null;
}

/** A host of another version may write what this window cannot read. */
function readOrNull(template: string): Sentence | null {
  try {
    return readSentence(template);
  } catch {
    return null;
  }
}

function verb(
  { ok, outcome }: LiveEntry,
  { infinitive, past }: Pick<Sentence, 'infinitive' | 'past'>,
): Piece {
  if (ok) return words(past);
  // Nobody was there to write down how it ended.
  return words(outcome.startsWith('unknown:') ? messages.mayHave(past) : messages.couldNot(infinitive));
}

/** Null where something is missing that the sentence needs. */
function fill(parts: readonly SentencePart[], filling: Filling): readonly Piece[] | null {
  const pieces: Piece[] = [];
  for (const part of parts) {
    const filled = fillPart(part, filling);
    if (filled === null) return null;
    pieces.push(...filled);
  }
  return pieces;
}

function fillPart(part: SentencePart, filling: Filling): readonly Piece[] | null {
  switch (part.kind) {
    case 'text':
      return [words(part.text)];
    case 'argument':
      return argument(part.name, filling);
    case 'field': {
      const text = valueText(filling.result[part.name]);
      return text === null ? null : [value(text)];
    }
    case 'all':
      return allArguments(filling);
    case 'optional':
      return fill(part.parts, filling) ?? [];
  }
}

function argument(name: string, { args, fields }: Filling): readonly Piece[] | null {
  const field = fields[name];
  const given = args[name];
  if (field?.secret === true) return null;
  if (typeof given === 'number' && (field?.unit === 'minutes' || name === 'minutes')) {
    if (given === 0) return [value(field?.zero ?? messages.forEver)];
    return [words(messages.forTime), value(minutesInWords(given))];
  }
  const text = valueText(given);
  return text === null ? null : [value(text)];
}

/** `channels per user 20 → 30, who replies 500`; null where nothing was given. */
function allArguments(filling: Filling): readonly Piece[] | null {
  const before = filling.result.before;
  const known: Values = typeof before === 'object' && before !== null ? (before as Values) : {};
  const pieces: Piece[] = [];
  for (const name of Object.keys(filling.args)) {
    const given = argument(name, filling);
    if (given === null) continue;
    if (pieces.length > 0) pieces.push(words(', '));
    pieces.push(words(`${name.replaceAll(/[_-]/g, ' ')} `));
    const old = valueText(known[name]);
    if (old !== null) pieces.push(value(old), words(' → '));
    pieces.push(...given);
  }
  return pieces.length === 0 ? null : pieces;
}

/** What is said of an entry without a template, or of which something is missing. */
function plainSentence(entry: LiveEntry, filling: Filling): readonly Piece[] {
  const given = entry.command === '' ? null : allArguments({ ...filling, result: {} });
  return [
    verb(entry, messages.run),
    words(' '),
    value(actionText(entry)),
    ...(given === null ? [] : [words(' ('), ...given, words(')')]),
  ];
}

/** The fields of what came of it; none of what is cut, or is no object. */
function resultOf({ ok, outcome }: LiveEntry): Values {
  if (!ok || !outcome.startsWith('{')) return {};
  try {
    return JSON.parse(outcome) as Values;
  } catch {
    return {};
  }
}

/** A value in words; null of none, of what was masked and of what is no single thing. */
function valueText(given: unknown): string | null {
  if (given === undefined || given === null || given === '' || given === MASKED) return null;
  if (Array.isArray(given))
    return given.some((one) => typeof one === 'object') ? null : cut(given.join(', '));
  return typeof given === 'object' ? null : cut(String(given));
}

const cut = (text: string): string =>
  text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
const words = (text: string): Piece => ({ text, isValue: false });
const value = (text: string): Piece => ({ text, isValue: true });

/** The sentence as plain text. */
export function sentenceText(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}
