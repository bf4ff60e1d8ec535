/** A phrase that a daemon stated, as a sentence of its own: `disconnects 42 clients` becomes `Disconnects 42 clients.` */
export function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
