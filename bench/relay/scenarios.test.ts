// Relay and generator are processes of their own (child_process).
import { expect, test } from 'vitest';
import type { Job } from './messages.ts';
import { runScenario } from './run-scenario.ts';
import { kindsOf, scenarios } from './scenarios.ts';
import { ourRelay, type RelayServerKind } from './servers.ts';

const all = scenarios({ seconds: 1, connections: 10, pacedConnections: 300 });
const scenario = (id: string) => all.find((one) => one.id === id)!;

/** A load of a scenario with few clients and no warm-up. */
const small = (id: string, load: Partial<Job['load']>) => {
  const { job, ...rest } = scenario(id);
  return { ...rest, job: { ...job, clients: 6, roomSize: 3, load: { ...job.load, ...load } as Job['load'] } };
};

test('one of each room speaks, and frames a write are told', async () => {
  const figures = await runScenario(
    small('one-sender-rooms', { warmupSeconds: 0, warmupMessages: 0 }),
    ourRelay([]),
  );
  expect(figures['deliveries/s']).toBeGreaterThan(0);
  // What is no message is a write as well. Of 8 messages for two there are 16 frames, of which one of the two may have all.
  expect(figures['frames/write']).toBeGreaterThan(0.9);
  expect(figures['frames/write']).toBeLessThanOrEqual(16);
  expect(figures['frames/read']).toBeGreaterThan(0);
});

test('paced messages are spread over rooms, and all of them arrive', async () => {
  const figures = await runScenario(small('paced', { messages: 20, warmupMs: 200 }), ourRelay([]));
  // About 6 * 20 * 2: those of the end come behind it.
  expect(figures.delivered).toBeGreaterThan(120);
  expect(figures.lost).toBe(0);
  expect(figures['p99 ms']).toBeGreaterThan(0);
});

test('messages at a fixed rate all arrive in rooms of ten as well', async () => {
  const figures = await runScenario(small('rooms', { messages: 20 }), ourRelay([]));
  expect(figures).toMatchObject({ delivered: 6 * 20 * 2, lost: 0 });
});

test('paced sends 1,111 messages in a second, whatever the number of connections', () => {
  const { job } = scenario('paced');
  expect(job).toMatchObject({ clients: 300, roomSize: 3 });
  expect(job.load.kind === 'paced' && job.load.messages * job.clients).toBeCloseTo(1_111);
});

test('the C loop runs where there are rooms, and sealed sessions are compared with plain ones', () => {
  const kind = (name: string, more = {}): RelayServerKind => ({ ...ourRelay([]), name, ...more });
  const kinds = [kind('ours'), kind('rival'), kind('loop', { onlyCLoop: true })];
  const names = (id: string) => kindsOf(scenario(id), kinds, []).map(({ name }) => name);
  expect(names('one-sender')).toEqual(['ours', 'rival', 'loop']);
  expect(names('echo')).toEqual(['ours', 'rival']);
  expect(names('sealed-echo')).toEqual(['sealed', 'plain']);
});
