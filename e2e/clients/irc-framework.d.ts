/** The part of irc-framework that irc-client.ts uses; the package ships no types. */
declare module 'irc-framework' {
  import type { EventEmitter } from 'node:events';

  export interface ConnectOptions {
    host: string;
    port: number;
    nick: string;
    username?: string;
    gecos?: string;
    tls?: boolean;
    rejectUnauthorized?: boolean;
    auto_reconnect?: boolean;
    ping_interval?: number;
    /** What it writes to and reads from in place of TCP or TLS. */
    transport?: new (
      options: ConnectOptions,
    ) => EventEmitter;
  }

  export class Client extends EventEmitter {
    connect(options: ConnectOptions): void;
    join(channel: string): void;
    say(target: string, message: string): void;
    quit(message?: string): void;
    raw(...parts: string[]): void;
    connection: { end(): void };
  }
}
