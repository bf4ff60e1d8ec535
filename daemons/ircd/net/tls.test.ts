import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSelfSigned } from '../../runtime/net/certificate-tasks.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import {
  applyTo,
  LineClient,
  type Loopback,
  loopbackConfig,
  OPEN_CLASS,
  startLoopback,
} from './loopback-fixture.ts';

let directory: string;
let running: Loopback | null = null;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-tls-'));
});

afterEach(async () => {
  running?.server.close();
  running = null;
  await rm(directory, { recursive: true });
});

const listen = [{ host: '127.0.0.1', port: 0, tls: true }];

function fingerprint(client: LineClient): string {
  return (client.socket as TLSSocket).getPeerCertificate().fingerprint256;
}

async function writePair(name: string): Promise<{ certificate: string; key: string; fingerprint: string }> {
  const pair = await createSelfSigned(name);
  const certificate = join(directory, `${name}.crt`);
  const key = join(directory, `${name}.key`);
  await writeFile(certificate, pair.cert);
  await writeFile(key, pair.key);
  return { certificate, key, fingerprint: new X509Certificate(pair.cert).fingerprint256 };
}

describe('TLS listeners', () => {
  test('without files a self-signed certificate is made once and kept', async () => {
    running = await startLoopback({ ...OPEN_CLASS, listen }, { dataDirectory: directory });
    const client = await LineClient.connectTls(running.port);
    client.send('ECHO secret', 'FILL 300000');
    await until(() => client.received === 300_000 + 8);
    expect(client.lines[0]).toBe('secret');
    const details = [...running.handler.open][0]?.tls;
    expect(details).toMatchObject({ version: 'TLSv1.3', fingerprint: null });
    const first = fingerprint(client);
    expect((await stat(join(directory, 'ircd-self-signed.key'))).mode & 0o777).toBe(0o600);
    running.server.close();
    running = await startLoopback({ ...OPEN_CLASS, listen }, { dataDirectory: directory });
    const again = await LineClient.connectTls(running.port);
    expect(fingerprint(again)).toBe(first);
    again.close();
  });

  test('a new certificate serves new clients and drops nobody; a bad one changes nothing', async () => {
    const old = await writePair('old.example');
    const next = await writePair('next.example');
    const config = (tls: { certificate: string; key: string }) => ({
      ...OPEN_CLASS,
      listen,
      tls: { certificate: tls.certificate, key: tls.key },
    });
    running = await startLoopback(config(old));
    const first = await LineClient.connectTls(running.port);
    expect(fingerprint(first)).toBe(old.fingerprint);
    await applyTo(running.server, loopbackConfig(config(next)));
    const second = await LineClient.connectTls(running.port);
    expect(fingerprint(second)).toBe(next.fingerprint);
    await expect(
      applyTo(running.server, loopbackConfig(config({ certificate: old.certificate, key: next.key }))),
    ).rejects.toMatchObject({ code: 'config_invalid' });
    await expect(
      applyTo(running.server, loopbackConfig(config({ certificate: join(directory, 'none'), key: old.key }))),
    ).rejects.toThrow(`ircd.tls.certificate: ${join(directory, 'none')} does not exist`);
    const third = await LineClient.connectTls(running.port);
    expect(fingerprint(third)).toBe(next.fingerprint);
    for (const client of [first, second, third]) {
      client.send('ECHO here');
      await until(() => client.lines.length === 1);
      client.close();
    }
  });

  test('garbage instead of a handshake costs only its sender', async () => {
    running = await startLoopback({ ...OPEN_CLASS, listen }, { dataDirectory: directory });
    const garbage = await LineClient.connect(running.port);
    garbage.send('NICK plain');
    await until(() => garbage.closed);
    const { counts } = running.server.admission;
    await until(() => counts.tlsHandshakeFailures === 1);
    expect(running.handler.open.size).toBe(0);
    const client = await LineClient.connectTls(running.port);
    client.send('BYE done');
    await until(() => client.ended);
    expect(client.lines).toEqual(['ERROR :done']);
  });

  test('an address that may not connect is closed before a handshake', async () => {
    running = await startLoopback({ ...OPEN_CLASS, listen }, { dataDirectory: directory });
    running.handler.unwelcome.add('127.0.0.1');
    // It says nothing: a server that waited for its handshake would not close it.
    const client = await LineClient.connect(running.port);
    await until(() => client.closed);
    expect(client.received).toBe(0);
    expect(running.server.admission.counts.tlsHandshakeFailures).toBe(0);
  });
});
