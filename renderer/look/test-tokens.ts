/** Lengths of the look in tests, which have no styles: what is laid out by them is as large as in a window. For tests only. */

const SIZES = {
  '--axis-gutter': '64px',
  '--axis-foot': '20px',
  '--type-axis': '11px',
  '--type-note': '12px',
  '--type-body': '13px',
  '--row': '28px',
  '--log-row': '20px',
};

/** Gives the page the lengths, and other tokens where a test asks for them, until {@link noTokens}. */
export function testTokens(more: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries({ ...SIZES, ...more }))
    document.documentElement.style.setProperty(name, value);
}

export function noTokens(): void {
  document.documentElement.removeAttribute('style');
}
