/** The text of docs/keys.md, from the window's table of keys. Called by reference-docs.ts and its test. */
import { KEY_PLACES, KEY_TABLE, PLACE_TITLES } from '../renderer/keys/key-table.ts';
import { markdownTable } from './markdown-table.ts';

const INTRODUCTION = `# Keys of the window

Everything in the window is reached by the keyboard. \`?\` shows this list there. Keys of a single character do nothing while you type,
with Ctrl, Alt or ⌘, and while a dialog or a menu is open; Settings turns them off for this machine, such as where you dictate. After \`g\` the
window shows which letters lead where, and waits for one of them; any other key ends that.`;

export function keysPage(): string {
  const parts = [INTRODUCTION];
  for (const place of KEY_PLACES) {
    const entries = KEY_TABLE.filter((entry) => entry.place === place);
    if (entries.length === 0) continue;
    const rows = entries.map(({ keys, does }) => [`\`${keys}\``, does]);
    parts.push(`## ${PLACE_TITLES[place]}`, markdownTable(['Key', 'What it does'], rows));
  }
  return `${parts.join('\n\n')}\n`;
}
