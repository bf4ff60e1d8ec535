/**
 * JSON-RPC over standard input and output: an MCP server with one tool, whose transport is a channel of lines. A client that asks
 * faster than it is answered, or does not read, is slowed down. Nothing else may go to standard output. `node mcp-server.ts`
 */
import {
  deserializeMessage,
  type JSONRPCMessage,
  McpServer,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';
import { DuplexChannel } from '../duplex-channel.ts';
import { lines } from '../framing.ts';

/** Messages as lines of JSON on a channel. */
class ChannelTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #channel: DuplexChannel<string>;

  constructor(channel: DuplexChannel<string>) {
    this.#channel = channel;
  }

  async start(): Promise<void> {
    void this.#read();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    await this.#channel.write(serializeMessage(message).trimEnd());
  }

  async close(): Promise<void> {
    this.#channel.close();
  }

  async #read(): Promise<void> {
    try {
      for await (const line of this.#channel) this.#hear(line);
    } catch (error) {
      this.onerror?.(error as Error);
    }
    this.#channel.close();
    this.onclose?.();
  }

  #hear(line: string): void {
    try {
      this.onmessage?.(deserializeMessage(line));
    } catch (error) {
      this.onerror?.(error as Error);
    }
  }
}

function makeServer(): McpServer {
  const server = new McpServer({ name: 'patterns', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.registerTool(
    'add',
    { description: 'Adds two numbers', inputSchema: z.object({ a: z.number(), b: z.number() }) },
    async ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }),
  );
  return server;
}

const channel = new DuplexChannel(
  { readable: process.stdin, writable: process.stdout },
  { framing: lines() },
);
serveStdio(makeServer, {
  transport: new ChannelTransport(channel),
  onerror: ({ message }) => process.stderr.write(`${message}\n`),
});
