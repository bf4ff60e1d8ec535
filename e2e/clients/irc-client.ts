/** A real IRC client (irc-framework) for the specs, with every line it received kept to look at. */
import { once } from 'node:events';
import IrcFramework, { type Client } from 'irc-framework';
import type { TcpListenerInfo } from '../../contract/link/endpoint.ts';
import { WebSocketTransport } from './websocket-transport.ts';

export class IrcClient {
  readonly nick: string;
  /** Lines from the server, oldest first. */
  readonly lines: string[] = [];
  readonly #client: Client;
  #open = true;

  private constructor(client: Client, nick: string) {
    this.#client = client;
    this.nick = nick;
    client.on('raw', (event: { from_server: boolean; line: string }) => {
      if (event.from_server) this.lines.push(event.line.trimEnd());
    });
    client.on('socket close', () => {
      this.#open = false;
    });
  }

  /**
   * Connects, over TLS and WebSocket where the listener speaks that, and with the server's password where it has one; resolves when the server has
   * welcomed the client.
   */
  static async connect(server: TcpListenerInfo, nick: string, password?: string): Promise<IrcClient> {
    const framework = new IrcFramework.Client();
    const client = new IrcClient(framework, nick);
    const registered = once(framework, 'registered');
    const refused = once(framework, 'socket close').then(() => {
      throw new Error(`${nick} was not welcomed: ${client.lines.at(-1) ?? 'the connection closed'}`);
    });
    framework.connect({
      host: server.host,
      port: server.port,
      tls: server.tls,
      // Servers of specs have a certificate that they have signed themselves.
      rejectUnauthorized: false,
      nick,
      username: nick,
      gecos: `End-to-end client ${nick}`,
      auto_reconnect: false,
      ...(server.protocol === 'websocket' && { transport: WebSocketTransport }),
      ...(password === undefined ? {} : { password }),
    });
    await Promise.race([registered, refused]);
    refused.catch(() => {});
    return client;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Joins and resolves when the server has confirmed it. */
  async join(channel: string): Promise<void> {
    const joined = new Promise<void>((resolve) => {
      const listener = (event: { nick: string; channel: string }) => {
        if (event.nick !== this.nick || event.channel.toLowerCase() !== channel.toLowerCase()) return;
        this.#client.off('join', listener);
        resolve();
      };
      this.#client.on('join', listener);
    });
    this.#client.join(channel);
    await joined;
  }

  say(target: string, text: string): void {
    this.#client.say(target, text);
  }

  /** How many channels there are, as the server says now to a client that is in one of them. */
  async channelsFormed(): Promise<number> {
    const formed = / 254 \S+ (\d+) :channels formed/;
    const answer = new Promise<number>((resolve) => {
      const listener = ({ from_server, line }: { from_server: boolean; line: string }) => {
        const count = from_server ? formed.exec(line)?.[1] : undefined;
        if (count === undefined) return;
        this.#client.off('raw', listener);
        resolve(Number(count));
      };
      this.#client.on('raw', listener);
    });
    this.#client.raw('LUSERS');
    return await answer;
  }

  /** Whether a message with this text has arrived. */
  hasHeard(text: string): boolean {
    return this.lines.some((line) => / PRIVMSG /.test(line) && line.endsWith(`:${text}`));
  }

  /** The texts of all messages that somebody has sent to where this client hears them, oldest first. */
  heardFrom(nick: string): string[] {
    const message = new RegExp(`^(?:@\\S+ )?:${nick}!\\S+ PRIVMSG \\S+ :(.*)$`);
    return this.lines.flatMap((line) => message.exec(line)?.[1] ?? []);
  }

  /** Leaves the network. */
  quit(): void {
    if (this.#open) this.#client.quit('done');
  }
}
