/** The headless host as a child process, and its dashboard in a Chromium. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import type { Outcome } from '../../contract/errors.ts';
import { CACHE_HOME, NODE, programOf, ROOT } from './binaries.ts';
import { WINDOW_SIZE } from './kept-app.ts';
import { collectProblems } from './problems.ts';
import { expectGroupGone } from './process-group.ts';
import type { AppHost } from './running-app.ts';

/** The line that the host prints when it is ready. */
interface ReadyLine {
  readonly event: 'ready';
  readonly url: string;
  readonly token: string;
}

export interface HeadlessAppOptions {
  readonly dataDir: string;
  readonly configFile: string;
  readonly browser: Browser;
  /** The source of the program that serves, with its first arguments; the command line's `serve` where it is empty or absent. */
  readonly program?: readonly string[];
}

export class HeadlessApp implements AppHost {
  readonly problems: string[] = [];
  readonly #options: HeadlessAppOptions;
  #child: ChildProcess | null = null;
  #context: BrowserContext | null = null;
  #page: Page | null = null;
  #ready: ReadyLine | null = null;
  #stderr = '';

  constructor(options: HeadlessAppOptions) {
    this.#options = options;
  }

  get page(): Page {
    if (this.#page === null) throw new Error('the app is not running');
    return this.#page;
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** Where the dashboard is, and the token that opens it. */
  get ready(): ReadyLine {
    if (this.#ready === null) throw new Error('the app is not running');
    return this.#ready;
  }

  async start(): Promise<void> {
    const { dataDir, configFile, program = [] } = this.#options;
    const [file = '', ...first] = program.length === 0 ? ['main/cli/main.ts', 'serve'] : program;
    const argv = [...programOf(file), ...first];
    const child = spawn(
      NODE,
      [...argv, '--port', '0', '--json', '--data', dataDir, '--config', configFile],
      // A group of its own, so that what it leaves behind is found.
      {
        cwd: ROOT,
        env: { ...process.env, XDG_CACHE_HOME: CACHE_HOME },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#ready = await this.#readyLine(child);
    this.#context = await this.#options.browser.newContext({ viewport: WINDOW_SIZE });
    await this.#signIn(this.#context);
    this.#page = await this.openWindow();
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async openWindow(): Promise<Page> {
    if (this.#context === null) throw new Error('the app is not running');
    const page = await this.#context.newPage();
    await collectProblems(page, this.problems);
    await page.goto(this.ready.url);
    return page;
  }

  async request(name: string, args: unknown): Promise<Outcome<unknown>> {
    if (this.#context === null) throw new Error('the app is not running');
    const { url, token } = this.ready;
    const answer = await this.#context.request.post(`${url}api/${name}`, {
      data: args,
      headers: { authorization: `Bearer ${token}` },
      // A connection that the host has just closed, because nobody used it, takes no request any more: it goes over another.
      maxRetries: 1,
    });
    return (await answer.json()) as Outcome<unknown>;
  }

  get #process(): ChildProcess {
    if (this.#child === null) throw new Error('the app is not running');
    return this.#child;
  }

  async #readyLine(child: ChildProcess): Promise<ReadyLine> {
    if (child.stdout === null) throw new Error('the host has no stdout');
    for await (const line of createInterface({ input: child.stdout })) {
      const message = JSON.parse(line) as ReadyLine;
      if (message.event === 'ready') {
        child.stdout.resume();
        return message;
      }
    }
    throw new Error(`the headless host ended before it was ready: ${this.#stderr}`);
  }

  async #signIn(context: BrowserContext): Promise<void> {
    const { url, token } = this.ready;
    const answer = await context.request.post(`${url}login`, {
      data: { token },
      headers: { origin: new URL(url).origin },
    });
    if (!answer.ok()) throw new Error(`signing in: ${answer.status()} ${await answer.text()}`);
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const { pid } = this;
    await this.#context?.close();
    this.#context = null;
    this.#page = null;
    this.#child = null;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    await expectGroupGone(pid);
  }
}
