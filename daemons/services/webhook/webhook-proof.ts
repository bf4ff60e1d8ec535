/** Whether a request to the webhook is Keycloak's: it knows the secret, or has signed what it sends with it. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Where extensions put HMAC-SHA256 of the body, in hex; with or without the name of the algorithm before it. */
const SIGNATURES = ['x-keycloak-signature', 'x-hub-signature-256', 'x-webhook-signature'] as const;
const SECRET = 'x-webhook-secret';

/** What a request shows before its body is read. */
export type Shown = 'secret' | 'signature' | 'nothing';

/** Compares what is shown with the secret, for a time that tells nothing of it. */
export class WebhookProof {
  readonly #secret: string;
  readonly #digest: Buffer;

  constructor(secret: string) {
    this.#secret = secret;
    this.#digest = digestOf(secret);
  }

  /** Whether both are of the same secret. */
  equals(other: WebhookProof): boolean {
    return timingSafeEqual(this.#digest, other.#digest);
  }

  /** `signature` where it is to be looked at with the body; the secret alone does not do then. */
  shownBy(headers: IncomingHttpHeaders): Shown {
    if (signatureIn(headers) !== null) return 'signature';
    const shown = headers[SECRET];
    return typeof shown === 'string' && timingSafeEqual(digestOf(shown), this.#digest) ? 'secret' : 'nothing';
  }

  /** Whether the signature of a request is that of its body. */
  isSigned(headers: IncomingHttpHeaders, body: Buffer): boolean {
    const shown = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(signatureIn(headers) ?? '')?.[1];
    if (shown === undefined) return false;
    const expected = createHmac('sha256', this.#secret).update(body).digest();
    return timingSafeEqual(Buffer.from(shown, 'hex'), expected);
  }
}

function signatureIn(headers: IncomingHttpHeaders): string | null {
  for (const name of SIGNATURES) {
    const shown = headers[name];
    if (typeof shown === 'string') return shown;
  }
  return null;
}

/** Of the same length whatever is shown. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
