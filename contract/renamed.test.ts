import { expect, it } from 'vitest';
import { newCommandName, refuseOldCommand } from './renamed.ts';

it('tells whoever uses a name of before the new one, and is silent about any other', () => {
  const renamed = { commands: { kick: 'kill' } };
  expect(newCommandName(renamed, 'kick')).toBe('kill');
  for (const name of ['kill', 'constructor', 'nothing']) {
    expect(newCommandName(renamed, name)).toBeNull();
    expect(() => refuseOldCommand('relay', renamed, name)).not.toThrow();
  }
  expect(newCommandName({}, 'kick')).toBeNull();
  expect(() => refuseOldCommand('relay', renamed, 'kick')).toThrow(
    'relay kick is called kill now; "signalbox run relay kill --help" shows its arguments.',
  );
});
