/** Hands a message to the server of a device by web push (RFC 8030, 8291, 8292). The one place that knows the library. */
import { Agent, request } from 'undici';
import webPush from 'web-push';
import { limits } from '../limits.ts';
import type { QueuedPush } from './push-store.ts';

/** Who sends, as servers of pushes are to know it (RFC 8292). */
export interface VapidKeys {
  /** base64url, as the others. */
  readonly publicKey: string;
  readonly privateKey: string;
}

/** `[services.push]`, with its file read. */
export interface PushSettings {
  /** `mailto:` or https: whom a server of pushes turns to. */
  readonly subject: string;
  readonly hosts: readonly string[];
  /** PEM of whom certificates must come from; null for those that the system trusts. */
  readonly ca: string | null;
}

/** What came of a message. */
export type PushOutcome =
  | { readonly kind: 'sent' }
  /** The device is there no more, and never will be. */
  | { readonly kind: 'gone' }
  /** @property wait what the server asks for, in milliseconds; null where it does not say */
  | { readonly kind: 'later'; readonly why: string; readonly wait: number | null }
  | { readonly kind: 'refused'; readonly why: string };

export interface PushTransport {
  /** Never rejects. */
  send(push: QueuedPush): Promise<PushOutcome>;
  close(): void;
}

export function makeVapidKeys(): VapidKeys {
  return webPush.generateVAPIDKeys();
}

/** Makes one that keeps connections for a while. */
export function webPushTransport({ subject, ca }: PushSettings, keys: VapidKeys): PushTransport {
  const timeout = limits.pushMs.default;
  const agent = new Agent({
    connect: { timeout, ...(ca === null ? {} : { ca }) },
    headersTimeout: timeout,
    bodyTimeout: timeout,
    maxHeaderSize: limits.pushAnswerBytes.default,
  });
  return {
    async send(push) {
      try {
        const { endpoint, p256dh, auth, topic, message } = push;
        const keysOfDevice = { endpoint, keys: { p256dh, auth } };
        const { method, headers, body } = webPush.generateRequestDetails(keysOfDevice, message, {
          vapidDetails: { subject, ...keys },
          TTL: limits.pushKeptSeconds.default,
          urgency: topic === 'highlight' ? 'normal' : 'high',
          contentEncoding: 'aes128gcm',
        });
        const answer = await request(endpoint, {
          method: method as 'POST',
          headers: headers as Record<string, string>,
          body,
          dispatcher: agent,
          signal: AbortSignal.timeout(timeout),
        });
        // What it says is of no use, and may be long.
        await answer.body.dump({ limit: limits.pushAnswerBytes.default });
        return outcomeOf(answer.statusCode, answer.headers['retry-after']);
      } catch (error) {
        return { kind: 'later', why: codeOf(error), wait: null };
      }
    },
    close: () => void agent.destroy(),
  };
}

/** RFC 8030 section 5 and 7.3: 404 and 410 are for good. */
function outcomeOf(status: number, retryAfter: string | string[] | undefined): PushOutcome {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status === 404 || status === 410) return { kind: 'gone' };
  const why = `the server answered ${status}`;
  if (status === 429 || status === 408 || status >= 500)
    return { kind: 'later', why, wait: secondsOf(retryAfter) };
  return { kind: 'refused', why };
}

function secondsOf(said: string | string[] | undefined): number | null {
  const text = Array.isArray(said) ? said[0] : said;
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : null;
}

/** What went wrong without the address, which is a secret of the device. */
function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
