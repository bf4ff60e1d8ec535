/** What a thread of a pool does for certificates. Loaded by tls-credentials.ts, by name. */
import { webcrypto } from 'node:crypto';
import type { TlsCredentials } from './tls-credentials.ts';

const SELF_SIGNED_DAYS = 3650;

/**
 * A new self-signed certificate (ECDSA P-256) for a server name and loopback. The first takes some 120 ms, most of it to load
 * what writes certificates; a thread gives that memory back when it ends.
 */
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
