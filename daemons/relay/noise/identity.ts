/**
 * Who somebody is: an Ed25519 key, as text its public half in base64url. In a handshake each side says its identity, and signs
 * with it the static key that it speaks with; whoever has not the secret half cannot. Written down in docs/relay-protocol.md.
 */
import { type CryptoSuite, KEY_BYTES, SIGNATURE_BYTES, type SigningKey } from './crypto-suite.ts';
import { NoiseError } from './noise-error.ts';

/** In front of the static key in what is signed, so that no signature made for anything else will do. */
const SIGNED_FOR = new TextEncoder().encode('signalbox-relay/1 identity\n');

/** Bytes of a payload: the identity, and its signature. */
export const IDENTITY_PAYLOAD_BYTES = KEY_BYTES + SIGNATURE_BYTES;

const IDENTITY_TEXT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes)).replace(/=+$/, '');

/** An identity as people and settings have it: 43 characters. */
export function identityText(publicKey: Uint8Array): string {
  return base64(publicKey).replaceAll('+', '-').replaceAll('/', '_');
}

/** Whether a text is one that {@link identityText} makes. */
export function isIdentityText(text: string): boolean {
  return IDENTITY_TEXT.test(text);
}

/** What people compare, aloud if need be: the hash of an identity. */
export function fingerprint(suite: Pick<CryptoSuite, 'sha256'>, publicKey: Uint8Array): string {
  return `SHA256:${base64(suite.sha256(publicKey))}`;
}

function signedBytes(staticKey: Uint8Array): Uint8Array {
  const message = new Uint8Array(SIGNED_FOR.length + KEY_BYTES);
  message.set(SIGNED_FOR);
  message.set(staticKey, SIGNED_FOR.length);
  return message;
}

/** What a side says of itself in the handshake. It is the same in every handshake with one static key. */
export function identityPayload(key: SigningKey, staticKey: Uint8Array): Uint8Array {
  const payload = new Uint8Array(IDENTITY_PAYLOAD_BYTES);
  payload.set(key.publicKey);
  payload.set(key.sign(signedBytes(staticKey)), KEY_BYTES);
  return payload;
}

/** The identity of the other side. Throws {@link NoiseError} `bad_identity` where the payload does not hold for its static key. */
export function provenIdentity(
  suite: Pick<CryptoSuite, 'verify'>,
  payload: Uint8Array,
  staticKey: Uint8Array,
): Uint8Array {
  if (payload.length !== IDENTITY_PAYLOAD_BYTES) throw new NoiseError('bad_identity');
  const identity = payload.slice(0, KEY_BYTES);
  if (!suite.verify(identity, signedBytes(staticKey), payload.subarray(KEY_BYTES)))
    throw new NoiseError('bad_identity');
  return identity;
}
