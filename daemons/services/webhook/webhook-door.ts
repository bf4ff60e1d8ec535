/**
 * Where Keycloak tells what has changed: a server of its own that takes one kind of request and answers it once the event is kept.
 * A request to upgrade the connection (Java's HTTP client asks for h2c with each) is an ordinary one here.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { SignalboxError } from '../../../contract/errors.ts';
import type { ListenerChange } from '../../runtime/net/listener-change.ts';
import { ListenerSet } from '../../runtime/net/listener-set.ts';
import { limits } from '../limits.ts';
import { readWebhookEvent } from './webhook-event.ts';
import type { WebhookProof } from './webhook-proof.ts';
import type { WebhookQueue } from './webhook-queue.ts';

/** An address to listen on. */
export interface WebhookListen {
  readonly host: string;
  readonly port: number;
}

/** What the configuration says of it. */
export interface WebhookRules {
  /** Of the one resource that is here. */
  readonly path: string;
  readonly proof: WebhookProof;
}

export interface WebhookDoorOptions {
  readonly queue: Pick<WebhookQueue, 'take'>;
  /** Told how long an answer took, in nanoseconds. */
  readonly onAnswer: (ns: number) => void;
  readonly log: (level: 'warn', event: string, message: string) => void;
}

export class WebhookDoor {
  readonly #options: WebhookDoorOptions;
  readonly #listeners: ListenerSet<WebhookListen>;
  readonly #sockets = new Set<Socket>();
  #rules: WebhookRules | null = null;
  /** Requests that were not Keycloak's, and those that were no event. */
  readonly counts = { unproven: 0, malformed: 0 };

  constructor(options: WebhookDoorOptions) {
    this.#options = options;
    this.#listeners = new ListenerSet({
      key: 'services.webhook.listen',
      protocol: () => 'http',
      create: () => this.#server(),
      onAcceptFailure: () => {},
      maxSockets: limits.webhookConnections.default,
    });
  }

  get infos() {
    return this.#listeners.infos;
  }

  /**
   * Listens where the configuration says.
   * @throws SignalboxError `address_in_use` or `init_failed`
   */
  async open(listen: readonly WebhookListen[], rules: WebhookRules | null): Promise<void> {
    this.#rules = rules;
    await this.#listeners.apply(listen);
  }

  /** Begins to listen elsewhere; see `ListenerSet.change`. */
  async change(listen: readonly WebhookListen[]): Promise<ListenerChange> {
    return await this.#listeners.change(listen);
  }

  /** What is asked of requests from here on. */
  follow(rules: WebhookRules | null): void {
    this.#rules = rules;
  }

  close(): void {
    this.#listeners.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #server(): Server {
    const server = createServer(
      {
        maxHeaderSize: HEADER_BYTES,
        headersTimeout: limits.webhookRequestMs.default,
        requestTimeout: limits.webhookRequestMs.default,
        keepAliveTimeout: limits.webhookIdleMs.default,
        noDelay: true,
      },
      (request, response) => void this.#take(request, response, performance.now()),
    );
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('clientError', (_error, socket) => socket.destroy());
    return server;
  }

  async #take(request: IncomingMessage, response: ServerResponse, since: number): Promise<void> {
    const answer = (status: number, text = '', more: Readonly<Record<string, string>> = {}) => {
      // What was not read would be taken for the next request.
      const end = request.complete ? {} : { connection: 'close' };
      const type = text === '' ? {} : { 'content-type': 'text/plain; charset=utf-8' };
      response.writeHead(status, { ...type, ...more, ...end });
      response.end(text === '' ? undefined : `${text}\n`);
      this.#options.onAnswer((performance.now() - since) * 1e6);
    };
    const rules = this.#rules;
    if (rules === null || (request.url ?? '').split('?')[0] !== rules.path)
      return answer(404, 'Nothing is here.');
    if (request.method !== 'POST') return answer(405, 'Events are sent here by POST.', { allow: 'POST' });
    const shown = rules.proof.shownBy(request.headers);
    if (shown === 'nothing') return this.#unproven(request, answer);
    if (Number(request.headers['content-length'] ?? 0) > limits.webhookBodyBytes.default)
      return answer(413, `An event has up to ${limits.webhookBodyBytes.default} bytes.`);
    const body = await bodyOf(request).catch(() => null);
    if (body === null) return response.destroy() && undefined;
    if (body === 'long') return answer(413, `An event has up to ${limits.webhookBodyBytes.default} bytes.`);
    if (shown === 'signature' && !rules.proof.isSigned(request.headers, body))
      return this.#unproven(request, answer);
    try {
      const taken = await this.#options.queue.take(readWebhookEvent(body.toString('utf8')));
      if (taken === 'full') answer(503, 'Too many events wait. Send it again.', RETRY);
      else answer(204);
    } catch (error) {
      this.#refuse(error, answer);
    }
  }

  #unproven({ socket }: IncomingMessage, answer: (status: number, text: string) => void): void {
    this.counts.unproven++;
    const from = socket.remoteAddress ?? 'somewhere';
    this.#options.log(
      'warn',
      'webhook_unproven',
      `A request from ${from} does not show the secret of the webhook`,
    );
    answer(401, 'Expected the secret of the webhook in X-Webhook-Secret, or a signature made with it.');
  }

  #refuse(
    error: unknown,
    answer: (status: number, text: string, more?: Readonly<Record<string, string>>) => void,
  ): void {
    if (error instanceof SignalboxError && error.code === 'bad_request') {
      this.counts.malformed++;
      this.#options.log('warn', 'webhook_malformed', error.message);
      answer(400, error.message);
      return;
    }
    const why = error instanceof Error ? error.message : String(error);
    this.#options.log('warn', 'webhook_not_taken', `An event of the webhook could not be taken: ${why}`);
    answer(503, 'The event cannot be kept now. Send it again.', RETRY);
  }
}

/** Of a request line and all headers. */
const HEADER_BYTES = 16_384;
const RETRY = { 'retry-after': '5' };

/** The whole body; `long` for one that is longer than may be. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | 'long'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limits.webhookBodyBytes.default) return 'long';
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
