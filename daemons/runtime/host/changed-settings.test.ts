import { expect, it } from 'vitest';
import { changedSettings } from './changed-settings.ts';

const before = { name: 'a', listen: [{ port: 1 }], tls: { certificate: 'x.pem' }, limit: 5 };

it('tells what a reload applied from what waits for a restart', () => {
  expect(changedSettings(before, { ...before })).toEqual({ applied: [], restartRequired: [] });
  const after = { ...before, name: 'b', listen: [{ port: 2 }] };
  expect(changedSettings(before, after, { needRestart: ['name', 'limit'] })).toEqual({
    applied: ['listen'],
    restartRequired: ['name'],
  });
});

it('names a file with another content once, whether its name changed or not', () => {
  expect(changedSettings(before, { ...before }, { renewed: ['tls'] }).applied).toEqual(['tls']);
  const moved = { ...before, tls: { certificate: 'y.pem' } };
  expect(changedSettings(before, moved, { renewed: ['tls'] }).applied).toEqual(['tls']);
});

it('compares what is inside, names what is new, and says of a renewed file that waits for a restart that it waits', () => {
  const same = { ...before, listen: [{ port: 1 }], tls: { certificate: 'x.pem' } };
  expect(changedSettings(before, same, {})).toEqual({ applied: [], restartRequired: [] });
  expect(changedSettings(before, { ...before, colour: 'red' })).toEqual({
    applied: ['colour'],
    restartRequired: [],
  });
  expect(changedSettings(before, before, { renewed: ['tls', 'tls'], needRestart: ['tls'] })).toEqual({
    applied: [],
    restartRequired: ['tls'],
  });
});
