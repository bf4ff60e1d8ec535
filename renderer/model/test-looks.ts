/** Whether all that a test has on the screen looks like something: every icon is drawn, every class has a rule. For tests only. */
import { compile } from 'tailwindcss';
import tailwind from 'tailwindcss/index.css?raw';
import plots from 'uplot/dist/uPlot.min.css?raw';
import styles from '../app.css?raw';

const SHEETS: Readonly<Record<string, string>> = { tailwindcss: tailwind, 'uplot/dist/uPlot.min.css': plots };

const stylesheet = await compile(styles, {
  loadStylesheet: async (id, base) => ({ path: id, base, content: SHEETS[id] ?? '' }),
});

/** Classes that others ask for, and what the sheet knows without being asked. */
const WITHOUT_RULE = /^(group|peer|uplot|u-.+)(\/.+)?$/;

const known = new Map<string, boolean>();

function hasRule(name: string): boolean {
  let answer = known.get(name);
  if (answer === undefined) {
    const inSheet = `.${CSS.escape(name)}`.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    answer = WITHOUT_RULE.test(name) || new RegExp(`${inSheet}(?![\\w\\\\-])`).test(stylesheet.build([name]));
    known.set(name, answer);
  }
  return answer;
}

/** What is drawn as an icon, or looks like something, that there is not. */
export function oddLooks(): readonly string[] {
  const icons = [...document.querySelectorAll('svg path:not([d])')].map(
    (one) => one.parentElement?.outerHTML ?? '',
  );
  const classes = [...document.querySelectorAll('[class]')].flatMap((one) => [...one.classList]);
  return [...icons, ...classes.filter((name) => !hasRule(name))];
}

/** Fails where anything on the screen has a look that there is not. */
export function expectLooks(): void {
  const odd = oddLooks();
  if (odd.length > 0) throw new Error(`without a look: ${odd.join()}`);
}
