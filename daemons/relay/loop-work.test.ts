/** Whom a block of the relay's loop is blamed on. */
import { afterEach, expect, it, vi } from 'vitest';
import { loopTurn, type NamedWork } from '../runtime/async/loop-turn.ts';
import { TestRelay } from './test-relay.ts';

let relay: TestRelay;
afterEach(async () => {
  vi.restoreAllMocks();
  await relay.close();
});

it('a control frame has its type, a data frame is data, each of the peer that sent it', async () => {
  relay = await TestRelay.start({ mode: 'rooms', modes: ['rooms', 'broadcast', 'echo'] });
  const { turns } = relay.server.relay;
  const seen: NamedWork[] = [];
  const { spend } = turns;
  const anna = await relay.greet('rooms', 'anna');
  const bert = await relay.greet('broadcast', 'bert');
  vi.spyOn(turns, 'spend').mockImplementation((ns) => {
    if (loopTurn.current().work !== '') seen.push(loopTurn.current());
    return spend.call(turns, ns);
  });
  await anna.ask({ type: 'list' });
  expect(seen).toContainEqual({ work: 'list', connection: 'anna' });
  bert.send('\x01hello');
  await vi.waitFor(() => expect(seen).toContainEqual({ work: 'data', connection: 'bert' }));
  expect(loopTurn.current()).toEqual({ work: '', connection: '' });
});
