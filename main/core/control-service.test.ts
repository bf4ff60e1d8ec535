/** The boundary of the control plane: what is answered to whom, and what main's own figures and log say of it. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { ControlRequestName } from '../../contract/control/requests.ts';
import { SignalboxError } from '../../contract/errors.ts';
import { AccessGate } from './access-gate.ts';
import { createCaller } from './caller.ts';
import { ControlService, type ControlServiceParts } from './control-service.ts';
import { browser, chat } from './fake-host.ts';
import type { Handler, HandlerTable } from './handlers/handler-table.ts';

const figures = { requests: vi.fn(), requestErrors: vi.fn(), requestSeconds: vi.fn() };
const log = vi.fn();
const audited = vi.fn();
let unwritable: boolean;

beforeEach(() => {
  vi.clearAllMocks();
  unwritable = false;
});

function ask(name: string, args: unknown, handler: Handler<'status'>, role: 'viewer' | 'admin' = 'admin') {
  const service = new ControlService({
    handlers: { [name as ControlRequestName]: handler } as unknown as HandlerTable,
    gate: new AccessGate([chat]),
    audit: {
      run: (action, answer, work) => {
        audited(action);
        if (unwritable) answer.notAudited();
        return work();
      },
    },
    telemetry: {
      requests: { add: figures.requests },
      requestErrors: { add: figures.requestErrors },
      requestSeconds: { recordSince: figures.requestSeconds },
      logger: { log },
    } as unknown as ControlServiceParts['telemetry'],
  });
  return service.handle(
    name,
    args,
    createCaller(browser(role), () => {}),
  );
}

const answering = (result: unknown) => vi.fn(() => result as never);

test('an answer is counted, with the time that it took', async () => {
  const begin = performance.now();
  expect(await ask('status', {}, answering({ host: 'x' }))).toEqual({ ok: true, result: { host: 'x' } });
  expect(figures.requests).toHaveBeenCalledOnce();
  expect(figures.requestErrors).not.toHaveBeenCalled();
  const [since] = figures.requestSeconds.mock.calls[0] as [number];
  expect(since).toBeGreaterThanOrEqual(begin);
  expect(since).toBeLessThanOrEqual(performance.now());
});

test('arguments may be left out, and are checked before anybody is asked', async () => {
  const handler = answering({});
  expect(await ask('status', undefined, handler)).toEqual({ ok: true, result: {} });
  expect(handler.mock.calls[0]).toEqual([{}, expect.anything(), expect.anything()]);
  const refusal = {
    ok: false,
    error: { code: 'bad_request', message: expect.stringMatching(/^daemon\.start: id: /) },
  };
  expect(await ask('daemon.start', {}, handler)).toEqual(refusal);
  expect(await ask('daemon.start', undefined, handler)).toEqual(refusal);
  expect(await ask('daemon.start', { id: 5 }, handler, 'viewer')).toEqual(refusal);
  expect(handler).toHaveBeenCalledOnce();
  expect(figures.requests).toHaveBeenCalledTimes(4);
  expect(figures.requestErrors).toHaveBeenCalledTimes(3);
});

test.each(['nope', 'constructor', ''])('there is no request "%s"', async (name) => {
  expect(await ask(name, {}, answering({}))).toEqual({
    ok: false,
    error: { code: 'unknown_request', message: `There is no request "${name}".` },
  });
  expect(figures.requestErrors).toHaveBeenCalledOnce();
});

test('what a handler refuses is answered as it said it, and is no defect', async () => {
  const outcome = await ask('status', {}, () => {
    throw new SignalboxError('busy', 'not now', { detail: { n: 1 } });
  });
  expect(outcome).toEqual({ ok: false, error: { code: 'busy', message: 'not now', detail: { n: 1 } } });
  expect(log).not.toHaveBeenCalled();
  expect(figures.requestErrors).toHaveBeenCalledOnce();
});

test('a defect is answered as such, and its stack is in the log', async () => {
  const defect = new TypeError('x is not a function');
  const fails = () => {
    throw defect;
  };
  expect(await ask('status', {}, fails)).toMatchObject({
    ok: false,
    error: { code: 'internal', message: 'x is not a function' },
  });
  expect(log).toHaveBeenCalledExactlyOnceWith(
    'error',
    'control',
    'request_defect',
    `status: ${defect.stack}`,
  );
  log.mockClear();
  delete defect.stack;
  await ask('status', {}, fails);
  expect(log).toHaveBeenCalledExactlyOnceWith(
    'error',
    'control',
    'request_defect',
    'status: x is not a function',
  );
  log.mockClear();
  await ask('status', {}, () => {
    throw 'a word';
  });
  expect(log).toHaveBeenCalledExactlyOnceWith('error', 'control', 'request_defect', 'status: a word');
});

test('an answer says where something could not be written down, and nothing of it otherwise', async () => {
  const unrecorded: Handler<'status'> = (_args, _caller, answer) => {
    answer.notAudited();
    return {} as never;
  };
  expect(await ask('status', {}, unrecorded)).toEqual({ ok: true, result: {}, audited: false });
  expect(await ask('status', {}, answering({}))).not.toHaveProperty('audited');
});

test('an attempt that the role does not allow is written down where the deed would be, and the answer says if not', async () => {
  const handler = answering({});
  const denied = {
    ok: false,
    error: { code: 'access_denied', detail: { access: 'operate', role: 'viewer' } },
  };
  expect(await ask('daemon.start', { id: 'chat' }, handler, 'viewer')).toMatchObject(denied);
  expect(audited).toHaveBeenCalledExactlyOnceWith({
    actor: browser('viewer'),
    action: 'daemon.start',
    target: 'chat',
    unrecorded: 'run',
  });
  unwritable = true;
  expect(await ask('daemon.start', { id: 'chat' }, handler, 'viewer')).toMatchObject({
    ...denied,
    audited: false,
  });
  audited.mockClear();
  expect(await ask('config.get', {}, handler, 'viewer')).toMatchObject(denied);
  expect(audited).not.toHaveBeenCalled();
  expect(handler).not.toHaveBeenCalled();
});
