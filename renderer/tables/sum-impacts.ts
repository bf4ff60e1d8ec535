/** What a command would do to many, as one sentence: amounts of the same thing are added up. */
import { counted } from '../../contract/counted.ts';
import { formatExact } from '../format/numbers.ts';

/** An amount of something, as `counted` writes it. */
const AMOUNT = /(\d[\d,]*) ([a-z]+)/g;

function singular(noun: string): string {
  if (noun.endsWith('ies')) return `${noun.slice(0, -3)}y`;
  return noun.endsWith('s') ? noun.slice(0, -1) : noun;
}

/** The sentence with every amount taken out, and the amounts. */
function taken(text: string): { readonly frame: string; readonly amounts: readonly number[] } {
  const amounts: number[] = [];
  const frame = text.replace(AMOUNT, (_, amount: string, noun: string) => {
    amounts.push(Number(amount.replaceAll(',', '')));
    return `# ${singular(noun)}`;
  });
  return { frame, amounts };
}

/**
 * `Disconnects 12 clients.` of twelve times `Disconnects 1 client.`; null where the sentences say different things, so that each has to
 * be read.
 */
export function summedImpact(texts: readonly string[]): string | null {
  const parts = texts.map(taken);
  const [first] = parts;
  if (first === undefined || parts.some(({ frame }) => frame !== first.frame)) return null;
  let at = 0;
  return first.frame.replace(/# ([a-z]+)/g, (_, noun: string) => {
    const sum = parts.reduce((total, { amounts }) => total + (amounts[at] ?? 0), 0);
    at++;
    return counted(sum, noun, formatExact(sum));
  });
}
