/**
 * Where the certificate of TLS listeners comes from: the operator's files, or a self-signed one that is written to
 * the data directory once, so that its fingerprint stays the same. Used by daemons at start and on reload.
 */
import { webcrypto } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { SignalboxError } from '../contract/errors.ts';
import { replaceFile } from './saved-file.ts';

/** PEM text, as `tls.createSecureContext` takes it. */
export interface TlsCredentials {
  readonly cert: string;
  readonly key: string;
}

const SELF_SIGNED_DAYS = 3650;

/**
 * The operator's files, as named in the table `table` of the configuration, such as `ircd.tls`.
 * @throws SignalboxError `config_invalid` that names the file, or says why the two are not a pair
 */
export async function loadCredentials(
  table: string,
  files: { readonly certificate: string; readonly key: string },
): Promise<TlsCredentials> {
  const read = async (what: 'certificate' | 'key') => {
    try {
      return await readFile(files[what], 'utf8');
    } catch (cause) {
      throw new SignalboxError('config_invalid', `[${table}] ${what}: cannot read ${files[what]}`, { cause });
    }
  };
  return checkedPair(table, { cert: await read('certificate'), key: await read('key') });
}

/** Refuses what TLS would refuse, before any listener is touched. */
function checkedPair(table: string, credentials: TlsCredentials): TlsCredentials {
  try {
    createSecureContext({ ...credentials });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `[${table}] certificate and key cannot be used: ${why}`;
    throw new SignalboxError('config_invalid', message, { cause });
  }
  return credentials;
}

/** A new self-signed certificate (ECDSA P-256) for a server name and loopback. */
export async function createSelfSigned(serverName: string): Promise<TlsCredentials> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const notBefore = new Date(Date.now() - 3_600_000);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: [serverName] }],
      notBefore,
      notAfter: new Date(notBefore.getTime() + SELF_SIGNED_DAYS * 86_400_000),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.SubjectAlternativeNameExtension([
          { type: 'dns', value: serverName },
          { type: 'dns', value: 'localhost' },
          { type: 'ip', value: '127.0.0.1' },
        ]),
      ],
    },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g) ?? [];
  const key = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
  return { cert: `${certificate.toString('pem')}\n`, key };
}

/**
 * The self-signed certificate of the daemon `id` in its data directory; it is made when none is there.
 * @throws SignalboxError `config_invalid` when the files there are damaged
 */
export async function selfSignedCredentials(
  id: string,
  dataDirectory: string,
  serverName: string,
): Promise<TlsCredentials> {
  const certificatePath = join(dataDirectory, `${id}-self-signed.crt`);
  const keyPath = join(dataDirectory, `${id}-self-signed.key`);
  let found: TlsCredentials;
  try {
    found = { cert: await readFile(certificatePath, 'utf8'), key: await readFile(keyPath, 'utf8') };
  } catch {
    const created = await createSelfSigned(serverName);
    await mkdir(dataDirectory, { recursive: true });
    await replaceFile(keyPath, created.key);
    await replaceFile(certificatePath, created.cert);
    return created;
  }
  return checkedPair(`${id}.tls`, found);
}
