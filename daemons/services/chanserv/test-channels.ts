/** For tests: a network on which three people are logged in, and one of them has registered a channel. */
import type { PeerKind } from '../../irc/p10/kinds.ts';
import { TestNetwork } from '../test-network.ts';
import type { ChanServ } from './chan-serv.ts';

export const [ANN, BOB, CAT, EVE] = ['ABAAA', 'ABAAB', 'ABAAC', 'ABAAD'] as const;
/** Below the silence after which an uplink is asked. */
const STEP_MS = 30_000;

/** Numeric of ChanServ. */
export const CHANSERV_NUMERIC = 'AFAAC';
export const ROOM = '#room';

export class TestChannels {
  readonly net: TestNetwork;

  private constructor(net: TestNetwork) {
    this.net = net;
  }

  /**
   * ann owns #room and is on it as operator; bob is logged in and on it too, cat is logged in, eve is not.
   * @param flags of the server that services are linked to
   */
  static async start(kind: PeerKind | 'auto' = 'auto', flags = 'h6B'): Promise<TestChannels> {
    const net = await TestNetwork.start(flags, {}, kind);
    const test = new TestChannels(net);
    for (const [numeric, nick] of [
      [ANN, 'ann'],
      [BOB, 'bob'],
      [CAT, 'cat'],
    ] as const) {
      net.join(numeric, nick);
      await net.ask(numeric, `REGISTER ${nick} correct-horse`);
    }
    net.join(EVE, 'eve');
    net.say(`${ANN} C ${ROOM} 960`, `${BOB} J ${ROOM} 960`);
    await test.ask(ANN, `REGISTER ${ROOM}`);
    net.take();
    return test;
  }

  /** What ChanServ answers somebody. */
  async ask(numeric: string, text: string): Promise<string[]> {
    return await this.net.ask(numeric, text, CHANSERV_NUMERIC);
  }

  /** All that services send because of what somebody says to ChanServ, but notices to them. */
  async acts(numeric: string, text: string): Promise<string[]> {
    this.net.take();
    this.net.say(`${numeric} P ${CHANSERV_NUMERIC} :${text}`);
    return await this.sent(numeric);
  }

  /** What services send once nothing is under way, but notices to somebody. */
  async sent(numeric = '-----'): Promise<string[]> {
    await this.net.quiet();
    return this.net.take().filter((line) => !line.includes(` O ${numeric} `));
  }

  /** Time passes, while the network says that it is there. */
  async passes(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      this.net.say('AB G AB');
      await this.net.clock.advance(Math.min(left, STEP_MS));
    }
    await this.net.quiet();
    const pongs = (line: string) => line.startsWith('AF Z ');
    this.net.end.sent = this.net.end.sent.filter((line) => !pongs(line));
  }

  /** What services do because of lines of the network. */
  async heard(...lines: string[]): Promise<string[]> {
    this.net.take();
    this.net.say(...lines);
    return await this.sent();
  }

  /** Gives somebody access, as its owner does. */
  async add(account: string, level: number | string): Promise<void> {
    await this.ask(ANN, `ADDUSER ${ROOM} *${account} ${level}`);
    this.net.take();
  }

  get chanServ(): ChanServ {
    return this.net.services.chanServ;
  }

  /** The channel as it is known now. */
  get room() {
    const channel = this.chanServ.registry.get(ROOM);
    if (channel === undefined) throw new RangeError('The channel is not registered.');
    return channel;
  }

  close(): void {
    this.net.close();
  }
}
