/**
 * For tests and the benchmark of attacks: what another server says, and what a broken or hostile one makes of it. The lines are
 * those of a leaf of Undernet's ircu on a real link, and of one of our own kind; all from here on follows from a seed.
 */

/** A whole life of a link, as the server `leaf.b.test` with the numeric AC tells it to `here.test`, which is AB. */
const FROM_IRCU = `
PASS :linkpw
SERVER leaf.b.test 1 1767225600 1767225600 J10 AC]]] +h6 :ircu B
AC GL * -*@10.9.8.7 95854516 1795853937 1795854537 :test gline
AC JU * -jupe.test 575 1795853942 :juped
AC S far.b.test 2 0 1767225600 P10 AD]]] +h6 :ircu C
AC N bob 1 1767225600 ~bob 127.0.0.1 +i B]AAAB ACAAA :bob real
AC N bea 1 1767225600 ~bea 127.0.0.1 +i B]AAAB ACAAB :bea real
AD N cid 2 1767225600 ~cid 127.0.0.1 +ir account B]AAAB ADAAA :cid real
AC B #one 1767225500 +tnlk 10 key ACAAB:v,ACAAA:o,ADAAA :%*!*@bad.example
AC B #two 1767225500 +s ACAAB:o
AC EB 
AC EA 
ACAAA J #free 1767225600
ACAAB C #new 1767225601
ACAAB M #new +ov ACAAA ABAAA 1767225601
ACAAB M #new +tnl 5 1767225601
ACAAB T #new 1767225601 1767225602 :hello topic
ACAAB M #one +b *!*@x.example 1767225500
ACAAB P #new :channel text
ACAAB O #free :channel notice
ACAAB P ABAAA :private text
ACAAB N beatrix 1767225605
ACAAB L #new :bye part
ACAAB J #new 1767225601
ACAAA K #free ABAAA :out
ACAAB I alice #new 1767225601
ACAAB A :again
ACAAB A 
ACAAB J 0
ACAAA M bob :-i+w
ACAAA WA :to all
ACAAA WC #free :to operators
ACAAA W AB :alice
AC 311 ABAAA bob ~bob 127.0.0.1 * :bob real
ACAAA V :AB
ACAAA TI :AB
ACAAA MO AB
ACAAA R u :AB
ACAAA LU * :AB
ACAAA OM #free +i
ACAAA CM #free ovpsmikbl
AC GL * +*@10.9.8.7 600 1795853935 1795854535 :test gline
AC JU * +jupe.test 600 1795853940 :juped
ACAAA SE 1700000000 AB
AC DS :HACK
AC AC ACAAA account 1767225600
AC G !1767225606.116705 here.test 1767225606.116705
AC N victim 1 1767225605 ~victim 127.0.0.1 +i B]AAAB ACAAC :victim real
AC D ACAAC :127.0.0.1!alice (Ghost 5 Numeric Collided)
ADAAA Q :Quit: leaving now
AC SQ far.b.test 0 :splitting
AC SQ leaf.b.test 0 :Ping timeout
`;

/** The same of one of our own kind. */
const FROM_OURS = `
PASS :linkpw
SERVER leaf.b.test 1 1767225600 1767225600 J10 AC]]] +h6Btr :Signalbox
AC N bob 1 1767225600 ~bob 2001:db8::7 +r acc CABA24_AAH ACAAA :Bob
AC B #one 1767225500 +nt ACAAA:o :%*!*@bad ~ *!*@good = *!*@guest
AC T #one bob!~bob@x 1767225500 1767225501 :of old
AC EB
@msgid=2-a-1;time=2026-01-01T00:00:00.000Z;+x=y ACAAA P #free :tagged
ACAAA BT #free
ACAAA BN :Robert
AC BH ACAAA cloak.example
AC AC ACAAA M other
AC AC ACAAA U
ACAAA J #free 1767225600
AC M #free +o ACAAA 1767225600
ACAAA M #free +eI a!*@* b!*@* 1767225600
AC BR ACAAA #one #two :better
ACAAA M #two +m 1767225500
AC BK
ACAAA BQ #free #three :so
AC BF ABAAA #free #four CANNOT_RENAME :no
ACAAA Q :bye
`;

export const TRANSCRIPTS: readonly (readonly string[])[] = [FROM_IRCU, FROM_OURS].map((text) =>
  text.split('\n').filter((line) => line !== ''),
);

/** A whole number from 0 up to a bound. */
export type Below = (bound: number) => number;

export const HOSTILE_WORDS = [
  '',
  'AB',
  'AC',
  'AD',
  'ABAAA',
  'ACAAA',
  'ADAAA',
  'AAAAA',
  ']]]]]',
  '#',
  '#one',
  '#free',
  '#a,b',
  '&local',
  'here.test',
  'leaf.b.test',
  '*',
  '0',
  '-1',
  '99999999999999999999',
  '1767225400',
  '+',
  '-',
  '+ovbklIe-imnpst',
  '+kkk',
  ':',
  '::',
  '%',
  ':%~ = ~',
  'nick!user@host',
  'a'.repeat(400),
  'ÿþ\u0080',
  '\0',
  '\r',
  '\u0001ACTION x\u0001',
  'SERVER',
  'SQ',
  'ERROR',
  '@a=b',
  '_____',
  // Bytes that take twice the room in UTF-8, and signs whose last byte ends a line or a word.
  'ÿ'.repeat(400),
  'aÄ\u008aABÄ\xa0SQÄ\xa0other.testÄ\xa00',
  '999999999999999',
];

type Change = (words: string[], below: Below) => void;

const CHANGES: readonly Change[] = [
  (words, below) => void words.splice(below(words.length), 1),
  (words, below) => void words.splice(below(words.length + 1), 0, one(HOSTILE_WORDS, below)),
  (words, below) => void words.splice(below(words.length), 1, one(HOSTILE_WORDS, below)),
  (words, below) => {
    const [a, b] = [below(words.length), below(words.length)];
    [words[a], words[b]] = [words[b]!, words[a]!];
  },
  (words, below) => {
    const at = below(words.length);
    const word = words[at]!;
    const cut = below(word.length + 1);
    words[at] = word.slice(0, cut) + String.fromCharCode(below(256)) + word.slice(cut + below(2));
  },
  (words, below) => {
    const at = below(words.length);
    words[at] = `:${words[at]!}`;
  },
  (words, below) =>
    void words.splice(0, 1, one(['AB', 'AC', 'AD', 'AE', 'ABAAA', 'ACAAB', 'ADAAA', 'xx'], below)),
];

function one<T>(list: readonly T[], below: Below): T {
  return list[below(list.length)]!;
}

/** Lines by which a peer introduces itself. */
const INTRODUCTION = 2;

/**
 * Lines of a transcript, some of them left out, said twice, moved, cut, or with other words; a line has no end in it. One of ten
 * is tampered with from its first line on, the others behind the introduction, so that most links stand before they go wrong.
 */
export function mutated(transcript: readonly string[], below: Below): string[] {
  const whole = below(10) === 0 ? 0 : INTRODUCTION;
  return [...transcript.slice(0, whole), ...tamperedWith(transcript.slice(whole), below)];
}

function tamperedWith(transcript: readonly string[], below: Below): string[] {
  const lines = [...transcript];
  for (let more = 1 + below(6); more > 0; more--) {
    const at = below(lines.length);
    const kind = below(4);
    if (kind === 0) lines.splice(at, 1);
    else if (kind === 1) lines.splice(below(lines.length), 0, lines[at]!);
    else if (kind === 2) lines.splice(below(lines.length), 0, ...lines.splice(at, 1));
    else lines[at] = lines[at]!.slice(0, below(lines[at]!.length));
  }
  for (let more = below(8); more > 0; more--) {
    const at = below(lines.length);
    const words = lines[at]!.split(' ');
    one(CHANGES, below)(words, below);
    lines[at] = words.join(' ').replaceAll('\n', ' ');
  }
  return lines.filter((line) => line !== '');
}
