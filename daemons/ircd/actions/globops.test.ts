/** GLOBOPS over links. Who may say it stands in permissions/talking.md. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LinkedServer, linkLines, settle, Wire } from '../links/memory-links.ts';

let here: LinkedServer;
let there: LinkedServer;
beforeEach(() => {
  here = new LinkedServer('here.test', 1);
  there = new LinkedServer('there.test', 2);
});
afterEach(() => {
  here.close();
  there.close();
});

it('reaches operators of all servers, byte for byte, and nobody else', () => {
  const wire = new Wire(here, there);
  settle(wire);
  const end = linkLines(there, {
    name: 'ircu.test',
    numeric: 'AD',
    burst: ['AD N eve 1 1 ~eve eve.example +o AAAAAA ADAAA :Eve'],
  });
  settle(wire);
  const [ann, bob] = [here.irc.join('ann'), there.irc.join('bob')];
  const [lone, off] = [there.irc.join('lone'), there.irc.join('off')];
  settle(wire);
  here.irc.promote(ann, ['globops']);
  for (const client of [bob, off]) there.irc.promote(client, []);
  off.send('MODE off +s -g');
  for (const client of [ann, bob, lone, off]) client.received();
  end.take();
  ann.send('GLOBOPS :look', 'LOCOPS :here alone');
  settle(wire);
  expect(bob.received()).toEqual([':there.test NOTICE bob :*** Global -- from ann: look']);
  expect(end.take()).toEqual([`${here.state.numericOf(ann.user!)} DS :look`]);
  end.link!.take('ADAAA DS :caf\xe9');
  expect(bob.received()).toEqual([':there.test NOTICE bob :*** Global -- from eve: café']);
  expect(there.irc.host.logs.map(({ event }) => event)).not.toContain('desynch');
  settle(wire);
  expect(wire.log.at(-1)).toBe('< ADAAA DS :caf\xe9');
  expect(ann.received().at(-1)).toBe(':here.test NOTICE ann :*** Global -- from eve: café');
  expect([lone.received(), off.received()]).toEqual([[], []]);
});
