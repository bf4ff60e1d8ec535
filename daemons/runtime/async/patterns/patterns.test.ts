/** The programs of the patterns, each as a process of its own. What docs/runtime.md quotes is what runs here. */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Runs a program to its end, whichever that is. Its input stays open where `staysOpen` says so. */
async function outcome(name: string, args: readonly string[], input: string, staysOpen = false) {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  if (staysOpen) child.stdin.write(input);
  else child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

/** Runs a program that ends well; answers what it wrote. */
async function run(name: string, args: readonly string[] = [], input = '') {
  const { stdout, ...end } = await outcome(name, args, input);
  expect(end).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const linesOf = (text: string) => text.trimEnd().split('\n');
const here = (file: string) => join(import.meta.dirname, file);

describe.concurrent('the patterns', () => {
  it('background files: a thread reads them, also those that are not there, in order', async ({ expect }) => {
    const files = [here('progress.ts'), here('nothing.ts'), import.meta.dirname];
    const found = linesOf(await run('background-files', files));
    expect(found[0]).toMatch(/progress\.ts: \d{4} bytes$/);
    expect(found.slice(1)).toEqual([`${files[1]}: ENOENT`, `${files[2]}: EISDIR`]);
  });

  it('background files: more of them than wait for their reader at once', async ({ expect }) => {
    const files = Array.from({ length: 400 }, (_, i) => here(`nothing-${i}`));
    expect(linesOf(await run('background-files', files))).toEqual(files.map((file) => `${file}: ENOENT`));
  });

  it('console input: each line is a command, until one says that it is the last', async ({ expect }) => {
    const input = 'add 2 3\nsay "two  words" more\nnonsense\nsay "\n\nquit\nsay unheard\n';
    expect(linesOf(await run('console-input', [], input))).toEqual([
      '5',
      'two  words more',
      'there is no command "nonsense"; there are: add, say, quit',
      'the quote " is not closed',
    ]);
    expect(await run('console-input', [], 'say last')).toBe('last\n');
  });

  it('console input: it ends by its last command, though more could come, and by a line that is too long', async ({
    expect,
  }) => {
    const text = 'x'.repeat(4_092);
    const quit = await outcome('console-input', [], `say ${text}\nquit\n`, true);
    expect(quit).toEqual({ code: 0, stdout: `${text}\n`, stderr: '' });
    const long = await outcome('console-input', [], `say ${text}x\n`);
    expect([long.code, long.stdout]).toEqual([1, '']);
    expect(long.stderr).toContain('at most 4096 characters');
  });

  it('bidirectional channel: both ends speak and hear at once, and end', async ({ expect }) => {
    const heard = linesOf(await run('bidirectional-channel'));
    for (const [name, other] of [
      ['client', 'server'],
      ['server', 'client'],
    ])
      expect(heard.filter((line) => line.startsWith(name!))).toEqual(
        [1, 2, 3].map((count) => `${name} hears ${count} from ${other}`),
      );
  });

  it('request and response: answers find their questions in whatever order they come', async ({ expect }) => {
    expect(linesOf(await run('request-response', ['6', '1', '3']))).toEqual([
      '1 squared is 1',
      '3 squared is 9',
      '6 squared is 36',
    ]);
  });

  it('request and response: it asks no more than 64 questions at once', async ({ expect }) => {
    const numbers = Array.from({ length: 65 }, () => '0');
    const { code, stderr } = await outcome('request-response', numbers, '');
    expect([code, stderr]).toEqual([1, expect.stringContaining('limit_reached')]);
  });

  it('progress: every step is told where the reader can keep up with all of them', async ({ expect }) => {
    // Four reports fit into the queue.
    expect(linesOf(await run('progress', ['3']))).toEqual([
      '33 % running',
      '66 % running',
      '100 % running',
      '100 % completed',
    ]);
  });

  it('progress: it only rises and is told to its end', async ({ expect }) => {
    const told = linesOf(await run('progress', ['10']));
    const percents = told.map((line) => Number.parseInt(line, 10));
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe('100 % completed');
    for (const line of told.slice(0, -1)) expect(line).toMatch(/^\d+ % running$/);
    expect(told.length).toBeGreaterThan(1);
  });

  it('progress: it is cancelled while it runs', async ({ expect }) => {
    const told = linesOf(await run('progress', ['1000000', '0']));
    expect(told.at(-1)).toMatch(/^0 % cancelled$/);
  });

  it('JSON-RPC over standard input and output: an MCP client gets its tool, and mistakes are answered', async ({
    expect,
  }) => {
    const program = spawn(process.execPath, [here('mcp-server.ts')]);
    const answers = new Map<unknown, Record<string, unknown>>();
    let [text, stderr] = ['', ''];
    let heard = () => {};
    program.stderr.setEncoding('utf8').on('data', (piece: string) => {
      stderr += piece;
    });
    program.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      const ended = text.split('\n');
      text = ended.pop() ?? '';
      for (const line of ended) {
        const answer = JSON.parse(line) as { id: unknown } & Record<string, unknown>;
        answers.set(answer.id, answer);
      }
      heard();
    });
    const send = (message: object) =>
      program.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const ask = async (id: number, method: string, params: object) => {
      send({ id, method, params });
      while (!answers.has(id))
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      return answers.get(id)!;
    };
    const capabilities = {};
    const opened = await ask(1, 'initialize', {
      protocolVersion: '2025-06-18',
      capabilities,
      clientInfo: { name: 'test', version: '1' },
    });
    expect(opened).toMatchObject({ result: { serverInfo: { name: 'patterns', version: '1.0.0' } } });
    send({ method: 'notifications/initialized' });
    expect(await ask(2, 'tools/list', {})).toMatchObject({ result: { tools: [{ name: 'add' }] } });
    program.stdin.write('no JSON\n');
    const added = await ask(3, 'tools/call', { name: 'add', arguments: { a: 2, b: 3 } });
    expect(added).toMatchObject({ result: { content: [{ type: 'text', text: '5' }] } });
    expect(await ask(4, 'nothing/there', {})).toHaveProperty('error.code');
    program.stdin.end();
    const code = await new Promise((resolve) => program.on('close', resolve));
    expect(code).toBe(0);
    expect(stderr).toContain('JSON');
  });

  it('several workers on one queue: each task is done once, by whoever is free', async ({ expect }) => {
    expect(await run('shared-queue', ['3', '1000'])).toBe(
      '1000 tasks by 3 threads, the sum of their squares is 333833500\n',
    );
  });

  it('are seven programs', ({ expect }) => {
    const programs = globSync('*.ts', { cwd: import.meta.dirname }).filter(
      (file) => !file.endsWith('.test.ts'),
    );
    expect(programs).toHaveLength(7);
  });
});
