import { describe, expect, it } from 'vitest';
import { closeLabel, closeQuestion, quitQuestion } from './leave-words.ts';

const daemons = [
  { id: 'ircd', impact: 'disconnects 42 clients' },
  { id: 'recorder', impact: null },
  { id: 'relay', impact: 'disconnects 3 clients' },
];

describe('what is asked', () => {
  it('says of every daemon whom quitting disconnects', () => {
    expect(quitQuestion(daemons)).toEqual({
      title: 'Quit Signalbox?',
      text: 'Quitting stops all daemons. Stopping ircd disconnects 42 clients. Stopping relay disconnects 3 clients.',
      quit: 'Quit and stop all daemons',
      hide: null,
    });
  });

  it('says why closing quits where no tray is, and offers the tray where one is', () => {
    const without = closeQuestion(daemons, false);
    expect(without.text).toMatch(
      /^This desktop shows no tray icons, so closing .* Stopping ircd disconnects 42/,
    );
    expect(without.hide).toBeNull();
    expect(closeQuestion([{ id: 'ircd', impact: null }], true)).toMatchObject({
      text: 'Signalbox can go on running in the tray. Quitting stops all daemons. Nobody is connected.',
      hide: 'Keep running',
    });
  });
});

describe('the menu says what closing the window does', () => {
  it.each([
    [2, 'tray', true, 'Close Window'],
    [2, 'quit', false, 'Close Window'],
    [1, 'tray', true, 'Close Window - Daemons Keep Running'],
    [1, 'tray', false, 'Close Window - Quit and Stop All Daemons'],
    [1, 'quit', true, 'Close Window - Quit and Stop All Daemons'],
    [1, 'ask', true, 'Close Window…'],
    [1, 'ask', false, 'Close Window - Quit and Stop All Daemons'],
  ] as const)('%i windows, on_close = %s, tray %s: %s', (windows, onClose, tray, label) => {
    expect(closeLabel(windows, onClose, tray)).toBe(label);
  });
});
