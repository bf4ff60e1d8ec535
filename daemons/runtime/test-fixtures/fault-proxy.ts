/** For tests: stands before an HTTP server and fails in the ways that networks and servers fail. */
import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What becomes of a request: passed on, broken off, answered with 503 or with no JSON, or held for ever. */
export type ProxyFault = 'none' | 'broken' | 'status 503' | 'garbage' | 'held';

export class FaultProxy {
  /** What becomes of the requests from now on. */
  fault: ProxyFault = 'none';
  /** Requests that came. */
  seen = 0;
  readonly #target: string;
  readonly #server: Server;
  readonly #scheme: string;
  #port = 0;

  private constructor(
    target: string,
    scheme: string,
    listen: (take: typeof FaultProxy.prototype.take) => Server,
  ) {
    this.#target = target;
    this.#scheme = scheme;
    this.#server = listen((asked, response) => this.take(asked, response));
  }

  static async start(target: string): Promise<FaultProxy> {
    return await new FaultProxy(target, 'http', (take) => createServer(take)).listen();
  }

  /** With a certificate that was good until yesterday, and which is trusted as an authority otherwise. */
  static async startExpired(target: string): Promise<FaultProxy & { readonly ca: string }> {
    const { cert, key } = await expiredCertificate();
    const proxy = new FaultProxy(target, 'https', (take) => createTlsServer({ cert, key }, take));
    return Object.assign(await proxy.listen(), { ca: cert });
  }

  get origin(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}`;
  }

  /** Listens, again where it was before. */
  async listen(): Promise<this> {
    await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Is there no more: connections are refused. May be called again. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  take(asked: IncomingMessage, response: ServerResponse): void {
    this.seen++;
    if (this.fault === 'held') return;
    if (this.fault === 'broken') asked.socket.destroy();
    else if (this.fault === 'status 503') response.writeHead(503).end('{"error":"unavailable"}');
    else if (this.fault === 'garbage') response.writeHead(200).end('<html>It works!</html>');
    else this.#pass(asked, response);
  }

  #pass(asked: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = asked;
    const onward = request(this.#target + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    asked.pipe(onward);
  }
}

async function expiredCertificate(): Promise<{ cert: string; key: string }> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const day = 86_400_000;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: ['localhost'] }],
      notBefore: new Date(Date.now() - 9 * day),
      notAfter: new Date(Date.now() - day),
      signingAlgorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
      ],
    },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g) ?? [];
  const key = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
  return { cert: `${certificate.toString('pem')}\n`, key };
}
