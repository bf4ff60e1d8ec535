/**
 * The sentence by which the audit trail says what somebody did: a template that a command declares in its manifest, read into parts
 * here. Filled in by the window.
 *
 * `ban|banned {mask}[ {minutes}][, {=disconnected} dropped]`: first the verb, as in "could not ban" and as in "mira banned", with as many
 * words on both sides; then words, with `{name}` for an argument, `{=name}` for a field of the result and `{*}` for all arguments that were
 * given. What stands in brackets is left out where anything that it names is missing.
 */

export type SentencePart =
  | { readonly kind: 'text'; readonly text: string }
  /** An argument of the command, or of the request. */
  | { readonly kind: 'argument'; readonly name: string }
  /** A field of the result. */
  | { readonly kind: 'field'; readonly name: string }
  /** All arguments that were given, with what they were before where the result says that. */
  | { readonly kind: 'all' }
  | { readonly kind: 'optional'; readonly parts: readonly SentencePart[] };

/** A template that was read. */
export interface Sentence {
  /** As in "could not ban". */
  readonly infinitive: string;
  /** As in "mira banned". */
  readonly past: string;
  readonly parts: readonly SentencePart[];
}

const PART = /\{(\*|=?[\w-]+)\}|\[([^\][]*)\]|([^{}[\]]+)/y;

/** Reads a template. Throws an Error for one that does not follow the grammar: templates are code, and a test reads all of them. */
export function readSentence(template: string): Sentence {
  const bar = template.indexOf('|');
  const infinitive = template.slice(0, bar);
  const words = infinitive.split(' ').length;
  const past = new RegExp(`^(?:[^ {}[\\]|]+ ?){${words}}`).exec(template.slice(bar + 1))?.[0].trimEnd() ?? '';
  if (bar < 1 || past === '' || /[{}[\]]/.test(infinitive) || past.split(' ').length !== words)
    throw new Error(`a sentence begins with its verb in two forms, as ban|banned: ${template}`);
  return { infinitive, past, parts: partsOf(template.slice(bar + 1 + past.length), template) };
}

function partsOf(text: string, template: string): readonly SentencePart[] {
  const parts: SentencePart[] = [];
  PART.lastIndex = 0;
  for (let at = 0; at < text.length; at = PART.lastIndex) {
    PART.lastIndex = at;
    const found = PART.exec(text);
    if (found === null) throw new Error(`a sentence has a bracket that is not closed or empty: ${template}`);
    const [, name, optional, words] = found;
    const end = PART.lastIndex;
    if (name === '*') parts.push({ kind: 'all' });
    else if (name?.startsWith('=')) parts.push({ kind: 'field', name: name.slice(1) });
    else if (name !== undefined) parts.push({ kind: 'argument', name });
    else if (optional !== undefined) parts.push({ kind: 'optional', parts: partsOf(optional, template) });
    else parts.push({ kind: 'text', text: words! });
    PART.lastIndex = end;
  }
  return parts;
}

/** All parts, those in brackets as well. */
export function allParts(parts: readonly SentencePart[]): readonly SentencePart[] {
  return parts.flatMap((part) => (part.kind === 'optional' ? allParts(part.parts) : [part]));
}
