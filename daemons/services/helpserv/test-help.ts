/** For tests: a network with a help bot, its owner, a helper, an operator, and somebody who asks. */
import { TestNetwork } from '../test-network.ts';
import { HelpServ } from './help-serv.ts';

export const [OPER, OWNER, HELPER, ASKER] = ['ABAAA', 'ABAAB', 'ABAAC', 'ABAAD'] as const;
export const CHANNEL = '#help';
/** Below the silence after which an uplink is asked. */
const STEP_MS = 30_000;

export class TestHelp {
  readonly net: TestNetwork;

  private constructor(net: TestNetwork) {
    this.net = net;
  }

  static async start(): Promise<TestHelp> {
    const test = new TestHelp(await TestNetwork.start());
    const { net } = test;
    for (const [numeric, nick] of [
      [OPER, 'oper'],
      [OWNER, 'olga'],
      [HELPER, 'hal'],
    ] as const) {
      net.join(numeric, nick);
      await net.ask(numeric, `REGISTER ${nick} correct-horse`);
    }
    await net.level('oper', 800);
    net.join(ASKER, 'ann');
    net.say(`${OWNER} C ${CHANNEL} 960`, `${HELPER} J ${CHANNEL} 960`);
    await test.oper('REGISTER Aid #help *olga');
    await test.owner('ADDHELPER *hal');
    net.take();
    return test;
  }

  get help(): HelpServ {
    return this.net.services.serviceBots.find((one) => one instanceof HelpServ)!;
  }

  /** The help bot, as it is served. */
  get bot() {
    return this.help.world.bots.get('aid')!;
  }

  /** Numeric of a bot by its nick now. */
  numeric(nick: string): string {
    return this.net.services.bots.byNick(nick)!.numeric;
  }

  /** What the help bot answers somebody. */
  async ask(numeric: string, text: string): Promise<string[]> {
    return await this.askBot(numeric, text, this.bot?.nick ?? 'Aid');
  }

  /** What a bot answers somebody, as they read it. */
  async askBot(numeric: string, text: string, nick: string): Promise<string[]> {
    return (await this.net.ask(numeric, text, this.numeric(nick))).map(read);
  }

  oper(text: string): Promise<string[]> {
    return this.askBot(OPER, text, 'HelpServ');
  }

  owner(text: string): Promise<string[]> {
    return this.ask(OWNER, text);
  }

  helper(text: string): Promise<string[]> {
    return this.ask(HELPER, text);
  }

  asker(text: string): Promise<string[]> {
    return this.ask(ASKER, text);
  }

  /** What somebody is told because of lines of the network. */
  async heard(numeric: string, ...lines: string[]): Promise<string[]> {
    this.net.take();
    this.net.say(...lines);
    await this.settled();
    return this.net.notices(numeric).map(read);
  }

  /** All that is written is written, and what comes of it is said. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.net.quiet();
    }
  }

  /** Time passes, while the network says that it is there. */
  async passes(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      this.net.say('AB G AB');
      await this.net.clock.advance(Math.min(left, STEP_MS));
      await this.settled();
    }
  }

  close(): void {
    this.net.close();
  }
}

/** Lines have a character for each byte. */
export function read(line: string): string {
  return Buffer.from(line, 'latin1').toString('utf8');
}
