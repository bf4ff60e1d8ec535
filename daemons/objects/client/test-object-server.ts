/** A small object server for tests of the client: objects in memory, answers in the order in which they are let go. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { type Carrier, DescriptorSender } from '../native/descriptor-sender.ts';
import { loadNative } from '../native/native-calls.ts';
import { descriptorOf } from '../native/socket-calls.ts';
import {
  MAX_ANSWER_HEAD_BYTES,
  writeClose,
  writeCloseAck,
  writeContentHead,
  writeDescriptorAnswer,
  writeError,
  writeHelloAck,
} from '../protocol/answer-writer.ts';
import { listContent, readListUri } from '../protocol/list-page.ts';
import type { Request } from '../protocol/request.ts';
import { RequestParser } from '../protocol/request-parser.ts';
import type { RefusalName } from '../protocol/status.ts';
import type { Dialect } from '../protocol/wire.ts';

/** Objects in one page of a list. */
const PAGE_ENTRIES = 2;
const TOKEN = 'the token';

export class TestObjectServer {
  readonly objects = new Map<string, Buffer>();
  /** Requests as they came, as `mode uri`. */
  readonly requests: string[] = [];
  /** Answers to these URIs wait for {@link release}. */
  readonly held = new Set<string>();
  /** Requests for these URIs are refused by a status. */
  readonly refused = new Map<string, RefusalName>();
  /** As a server on a platform without the calls. */
  withoutDescriptors = false;
  /** Depth that HELLO_ACK offers. */
  depth = 100;
  /** Requests that were open at once, at most. */
  mostOpen = 0;
  readonly folder = mkdtempSync(join(tmpdir(), 'objects-client-'));
  readonly sockets = new Set<Socket>();
  readonly #dialect: Dialect;
  #server: Server;
  readonly #waiting: { uri: string; answer: () => void }[] = [];
  #open = 0;

  constructor(dialect: Dialect = 'programs') {
    this.#dialect = dialect;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get path(): string {
    return join(this.folder, 's');
  }

  /** Listens on a Unix socket. */
  async listen(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(this.path, done));
    return this;
  }

  /** Listens on TCP; answers the port. */
  async listenTcp(): Promise<number> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return (this.#server.address() as AddressInfo).port;
  }

  /** Listens on TCP with TLS; answers the port. */
  listenTls(options: TlsOptions): Promise<number> {
    this.#server = createTlsServer(options, (socket) => this.#serve(socket));
    return this.listenTcp();
  }

  /** Lets one held answer go. */
  release(uri: string): void {
    const at = this.#waiting.findIndex((one) => one.uri === uri);
    this.#waiting.splice(at, 1)[0]!.answer();
  }

  /** Says CLOSE to every client, as a server does that drains. */
  sayClose(): void {
    const bytes = Buffer.alloc(2);
    writeClose(bytes, 0, 1);
    for (const socket of this.sockets) socket.write(bytes);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.#server.close(done));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    const head = Buffer.alloc(MAX_ANSWER_HEAD_BYTES);
    let proved = false;
    let last: Request | null = null;
    let body: Buffer[] = [];
    const send = (end: number) => socket.write(Buffer.from(head.subarray(0, end)));
    const refuse = (id: number, status: RefusalName, text: string) =>
      send(writeError(head, 0, parser, id, status, text));
    const answer = (request: Request) => {
      const { id, uri, mode } = request;
      const object = this.objects.get(uri);
      const status = this.refused.get(uri);
      if (status !== undefined) refuse(id, status, `no ${uri}`);
      else if (mode === 'fdpass' && this.withoutDescriptors) refuse(id, 'unsupported', 'Not here.');
      else if (mode === 'put') {
        this.objects.set(uri, Buffer.concat(body));
        send(writeContentHead(head, 0, parser, id, 0, { etag: 'new' }));
      } else if (mode === 'authenticate') {
        proved = Buffer.concat(body).toString() === TOKEN;
        if (proved) send(writeContentHead(head, 0, parser, id, 0));
        else refuse(id, 'unsupported', 'The token is wrong.');
      } else if (mode === 'list') {
        const { prefix, after } = readListUri(uri);
        const uris = [...this.objects.keys()]
          .sort()
          .filter((one) => one.startsWith(prefix) && one > (after ?? ''));
        const page = uris.slice(0, PAGE_ENTRIES);
        const content = listContent(
          page.map((one) => ({ uri: one, sizeBytes: this.objects.get(one)!.length, modifiedSeconds: 7 })),
        );
        const next = uris.length > page.length ? page.at(-1) : undefined;
        send(writeContentHead(head, 0, parser, id, content.length, { next }));
        socket.write(content);
      } else if (object === undefined) refuse(id, 'not_found', `There is no object ${uri}.`);
      else if (mode === 'delete') {
        this.objects.delete(uri);
        send(writeContentHead(head, 0, parser, id, 0));
      } else if (mode === 'stat') {
        send(writeContentHead(head, 0, parser, id, 0, { sizeBytes: object.length, mimeType: 'text/plain' }));
      } else if (mode === 'fdpass') this.#pass(socket, parser, id, object);
      else {
        send(writeContentHead(head, 0, parser, id, object.length, { sizeBytes: object.length }));
        socket.write(object);
      }
    };
    const arrived = (request: Request) => {
      this.requests.push(`${request.mode} ${request.uri}`);
      this.mostOpen = Math.max(this.mostOpen, ++this.#open);
      const go = () => {
        this.#open--;
        answer(request);
      };
      if (this.held.has(request.uri)) this.#waiting.push({ uri: request.uri, answer: go });
      else go();
    };
    const parser: RequestParser = new RequestParser(
      {
        onHello: (hello) => {
          send(writeHelloAck(head, 0, hello, { depth: this.depth, paths: 1 }));
          if (!hello.accepted) socket.end();
        },
        onRequest: (request) => {
          last = { ...request };
          body = [];
          if (request.mode !== 'put' && request.mode !== 'authenticate') arrived(last);
          else if (this.refused.has(request.uri)) {
            // As a server that knows before the body has come.
            this.requests.push(`${request.mode} ${request.uri}`);
            refuse(request.id, this.refused.get(request.uri)!, 'not here');
            parser.skipBody();
          }
          return true;
        },
        onBody: (source, start, end) => {
          body.push(Buffer.from(source.subarray(start, end)));
          return true;
        },
        onBodyEnd: () => {
          arrived(last!);
          return true;
        },
        onFault: ({ id, status, message, closes }) => {
          refuse(id, status, message);
          if (closes) socket.end();
          return true;
        },
        onClose: () => {
          send(writeCloseAck(head, 0, parser.dialect, 0));
          socket.end();
        },
      },
      { dialect: this.#dialect, maxSkippedBytes: 1_000_000 },
    );
    socket.on('data', (bytes) => parser.push(bytes as Buffer));
  }

  #pass(socket: Socket, parser: RequestParser, id: number, object: Buffer): void {
    const carrier: Carrier = parser.dialect === 'programs' ? 'own-byte' : 'first-byte';
    const sender = new DescriptorSender(loadNative()!.libc, carrier, 1);
    const path = join(this.folder, 'passed');
    writeFileSync(path, object);
    const fd = openSync(path, 'r');
    rmSync(path);
    sender.add(writeDescriptorAnswer(sender.bytes, 0, parser, id, { sizeBytes: object.length }), fd);
    sender.send(descriptorOf(socket));
    closeSync(fd);
  }
}
