/**
 * How two daemons of one run of main recognise each other before anything else is said: each shows that it knows the secret of the
 * run, for a number that the other has just made up. Neither sends the secret, and neither sends anything to who does not know it.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import type { DuplexChannel } from '../async/duplex-channel.ts';
import { limits } from '../limits.ts';

const NONCE_BYTES = 32;
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const challenge = z.strictObject({ nonce: hex });
const claim = z.strictObject({ nonce: hex, proof: hex });
const answer = z.strictObject({ proof: hex });

/** What both ends know. */
export interface SharedKnowledge {
  /** What is spoken afterwards, such as `accounts`. */
  readonly protocol: string;
  /** The secret of the run of main. */
  readonly secret: Uint8Array;
}

/**
 * The part of who was connected to.
 * @throws SignalboxError `unauthorized` for who does not know the secret, `timeout` for who does not answer in time
 */
export async function proveAsServer(channel: DuplexChannel<string>, shared: SharedKnowledge): Promise<void> {
  const own = randomBytes(NONCE_BYTES).toString('hex');
  await channel.write(JSON.stringify({ nonce: own }));
  const { nonce, proof } = await hear(channel, claim);
  if (!matches(proof, proofOf(shared, 'client', own, nonce))) throw stranger();
  await channel.write(JSON.stringify({ proof: proofOf(shared, 'server', nonce, own) }));
}

/** The part of who connects. Throws as {@link proveAsServer}. */
export async function proveAsClient(channel: DuplexChannel<string>, shared: SharedKnowledge): Promise<void> {
  const { nonce } = await hear(channel, challenge);
  const own = randomBytes(NONCE_BYTES).toString('hex');
  await channel.write(JSON.stringify({ nonce: own, proof: proofOf(shared, 'client', nonce, own) }));
  const { proof } = await hear(channel, answer);
  if (!matches(proof, proofOf(shared, 'server', own, nonce))) throw stranger();
}

async function hear<Message>(channel: DuplexChannel<string>, schema: z.ZodType<Message>): Promise<Message> {
  const line = await channel.read({ signal: AbortSignal.timeout(limits.peerProofMs.default) });
  const parsed = schema.safeParse(line === null ? null : jsonOf(line));
  if (!parsed.success) throw stranger();
  return parsed.data;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function proofOf({ protocol, secret }: SharedKnowledge, who: string, asked: string, own: string): string {
  return createHmac('sha256', secret).update(`signalbox ${protocol} ${who} ${asked} ${own}`).digest('hex');
}

function matches(shown: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(shown, 'hex'), Buffer.from(expected, 'hex'));
}

function stranger(): SignalboxError {
  return new SignalboxError('unauthorized', 'The other end does not belong to this run of Signalbox.');
}
