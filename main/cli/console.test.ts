import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SignalboxError } from '../../contract/errors.ts';
import { Console } from './console.ts';

let input: PassThrough;
let shown: string[];
let ran: (readonly string[])[];
let said: string[];
let run: (words: readonly string[]) => Promise<unknown>;
let opened: Console;
let over: Promise<'ended' | 'closed'>;

beforeEach(() => {
  input = new PassThrough();
  shown = [];
  ran = [];
  said = [];
  run = async () => 0;
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text).trimEnd());
    return true;
  });
  opened = new Console({
    input,
    show: (text) => shown.push(text),
    run: async (words) => {
      ran.push(words);
      return await run(words);
    },
  });
  over = opened.serve();
});
afterEach(() => {
  opened.close();
  vi.restoreAllMocks();
});

const turns = async (count = 10) => {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};
const type = async (text: string) => {
  input.write(text);
  await turns();
};

test('each line is a command in the words of the command line, and an empty one is none', async () => {
  await type(
    'status\n\n  ircd  clients \nrun ircd kill --nick x --reason "too loud"\nsignalbox logs main\n./signalbox\n',
  );
  expect(ran).toEqual([
    ['status'],
    ['ircd', 'clients'],
    ['run', 'ircd', 'kill', '--nick', 'x', '--reason', 'too loud'],
    ['logs', 'main'],
  ]);
  expect(shown).toEqual(Array.from({ length: 7 }, () => 'signalbox> '));
});

test('a command waits until the one before is done, and a part of a line is none yet', async () => {
  let done = (_code: number) => {};
  run = () => new Promise((resolve) => (done = resolve));
  await type('start ircd\nstatus\nst');
  expect(ran).toEqual([['start', 'ircd']]);
  expect(shown).toEqual(['signalbox> ']);
  done(0);
  await turns();
  expect(ran).toEqual([['start', 'ircd'], ['status']]);
  done(0);
  await turns();
  expect(ran).toHaveLength(2);
  await type('atus\n');
  expect(ran[2]).toEqual(['status']);
});

test.each([
  ['status "', 'signalbox: the quote " is not closed'],
  ['serve', 'signalbox: "serve" is not for the console; run it in another terminal: ./signalbox serve'],
  ['top', 'signalbox: "top" is not for the console; run it in another terminal: ./signalbox top'],
  [
    'restore x',
    'signalbox: "restore" is not for the console; run it in another terminal: ./signalbox restore',
  ],
  [
    'status --data /x',
    'signalbox: --data is not for the console, which belongs to the instance that it runs in',
  ],
  [
    'status --data=/x',
    'signalbox: --data is not for the console, which belongs to the instance that it runs in',
  ],
])('%s is refused in words, and the next line is taken', async (line, words) => {
  await type(`${line}\nstatus --reason=--data\n`);
  expect(said).toEqual([words]);
  expect(ran).toEqual([['status', '--reason=--data']]);
});

test('a defect in a command is said, and the console goes on', async () => {
  run = () => Promise.reject(new SignalboxError('internal', 'It broke.'));
  await type('status\nstatus\n');
  expect(said).toEqual(['signalbox: It broke.', 'signalbox: It broke.']);
  expect(ran).toHaveLength(2);
});

test('the answer to a question is the next line, and no command', async () => {
  const answers: string[] = [];
  run = async () => answers.push(await opened.ask('Go on? '));
  await type('stop ircd\n');
  expect(shown.at(-1)).toBe('Go on? ');
  await type('yes\nstatus\nno\n');
  expect(answers).toEqual(['yes', 'no']);
  expect(ran).toEqual([['stop', 'ircd'], ['status']]);
});

test('Ctrl-C is for the command that runs, answers its question with nothing, and pressed again it is not', async () => {
  expect(opened.interrupt()).toBe(false);
  const answers: string[] = [];
  let done = () => {};
  run = async () => {
    answers.push(await opened.ask('Go on? '));
    answers.push(await opened.ask('Really? '));
    await new Promise<void>((resolve) => (done = resolve));
  };
  await type('stop ircd\n');
  expect(opened.interrupt()).toBe(true);
  await turns();
  expect(answers).toEqual(['', '']);
  expect(shown).not.toContain('Really? ');
  expect(opened.interrupt()).toBe(false);
  done();
  await turns();
  expect(opened.interrupt()).toBe(false);
  run = () => new Promise<void>((resolve) => (done = resolve));
  await type('logs main --follow\n');
  expect(opened.interrupt()).toBe(true);
  done();
});

test('in the background it reads nothing, and goes on when it is back', async () => {
  opened.pause();
  await type('status\n');
  expect(ran).toEqual([]);
  opened.resume();
  await turns();
  expect(ran).toEqual([['status']]);
  let done = () => {};
  run = () => new Promise<void>((resolve) => (done = resolve));
  await type('start ircd\n');
  opened.pause();
  done();
  await turns();
  await type('status\n');
  expect(ran).toHaveLength(2);
  opened.resume();
  await turns();
  expect(ran).toHaveLength(3);
});

test('it ends with its input, and says which end it was', async () => {
  const asked = vi.fn();
  run = async () => asked(await opened.ask('Go on? '));
  await type('stop ircd\n');
  input.end();
  expect(await over).toBe('ended');
  expect(asked).toHaveBeenCalledWith('');
  expect(await opened.ask('again?')).toBe('');
  opened.pause();
  opened.resume();
});

test('it ends with the terminal, and when it is closed', async () => {
  input.destroy(new Error('EIO'));
  expect(await over).toBe('ended');
  const other = new Console({ input: new PassThrough(), show: () => {}, run });
  const closed = other.serve();
  other.close();
  other.close();
  expect(await closed).toBe('closed');
});
