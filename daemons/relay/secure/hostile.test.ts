/** Ten thousand who mean harm, in every stage of a session: each ends with a reason or waits for the rest, and nothing else happens. */
import { expect, it } from 'vitest';
import { Handshake } from '../noise/handshake.ts';
import { identityPayload } from '../noise/identity.ts';
import { NOISE_ERRORS } from '../noise/noise-error.ts';
import { PREAMBLE } from '../noise/preamble.ts';
import { RecordSealer } from '../noise/records.ts';
import { FrameDecoder } from '../protocol/frame-decoder.ts';
import { framed, TEST_SUITE } from '../test-relay.ts';
import { SealedInput } from './sealed-input.ts';
import { SessionDoor } from './session-door.ts';

const ATTEMPTS = 10_000;
const RULES = { rekey_frames: 3, rekey_bytes: 1e9, rekey_seconds: 1e9, max_handshakes: 1 };

/** A sequence that is the same in every run (Mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

it('10,000 hostile handshakes and frames end with a reason, and hold nothing afterwards', () => {
  const door = new SessionDoor(
    TEST_SUITE,
    TEST_SUITE.signingKey(new Uint8Array(32)),
    { mode: 'both', allow: [] },
    RULES,
  );
  const next = random(17);
  const below = (most: number) => Math.floor(next() * most);
  const junk = (most: number) => Buffer.from(Array.from({ length: below(most) }, () => below(256)));
  const pair = TEST_SUITE.dhPair();
  const payload = identityPayload(TEST_SUITE.signingKey(new Uint8Array(32).fill(2)), pair.publicKey);
  const reasons = new Map<string, number>();
  let secured = 0;
  let delivered = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const answers: Uint8Array[] = [];
    let ended: string | null = null;
    let ends = 0;
    const frames = new FrameDecoder(
      { onFrame: () => ++delivered > 0, onOversized: () => {} },
      { max_frame_bytes: 1_000 },
    );
    const input = new SealedInput(frames, door.begin('192.0.2.1', 1, () => {})!, {
      onAnswer: (message) => answers.push(message),
      onSecured: () => secured++,
      onInsecure: (code, message) => {
        ended = code;
        ends++;
        expect(message).not.toMatch(/[0-9a-f]{32}/);
      },
      spend: () => false,
    });
    const give = (bytes: Buffer) => {
      if (ended !== null) return;
      const cut = below(bytes.length + 1);
      for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
        input.hold(Buffer.from(part));
        input.resume();
      }
    };
    const harm = (bytes: Uint8Array): Buffer => {
      const harmed = Buffer.from(bytes);
      switch (below(4)) {
        case 0:
          harmed[below(harmed.length)]! ^= 1 << below(8);
          return harmed;
        case 1:
          return harmed.subarray(0, below(harmed.length));
        case 2:
          return Buffer.concat([harmed, junk(40), Buffer.alloc(1)]);
        default:
          return junk(300);
      }
    };
    const stage = attempt % 10 === 0 ? 2 : attempt % 10 === 1 ? 1 : 0;
    const client = new Handshake({
      suite: TEST_SUITE,
      initiator: true,
      prologue: PREAMBLE,
      staticPair: pair,
    });
    if (stage === 0) {
      give(attempt % 2 === 0 ? junk(2_000) : framed(junk(400)));
    } else {
      give(framed(client.write(new Uint8Array(0))));
      client.read(answers[0]!);
      const last = client.write(payload);
      give(framed(stage === 1 ? harm(last) : last));
      if (stage === 2) {
        const sealer = new RecordSealer(client.split().sending, RULES, 0);
        for (let i = 0; i < 4 && ended === null; i++) {
          const out = Buffer.alloc(400);
          const frame = framed(junk(100));
          sealer.seal(frame, 0, frame.length, out, 0);
          const record = out.subarray(4, sealer.written);
          give(i < 3 ? framed(record) : framed(harm(record)));
        }
      }
    }
    input.stop();
    input.stop();
    expect(input.heldBytes).toBe(0);
    expect(ends).toBeLessThanOrEqual(1);
    const reason = ended ?? 'left';
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  expect([...reasons.keys()].every((code) => code === 'left' || Object.hasOwn(NOISE_ERRORS, code))).toBe(
    true,
  );
  expect(reasons.get('handshake_failed')).toBeGreaterThan(ATTEMPTS / 3);
  expect(reasons.get('bad_record')).toBeGreaterThan(ATTEMPTS / 20);
  expect(secured).toBe(ATTEMPTS / 10);
  expect(delivered).toBe(3 * secured);
  const { begun, completed, failed, refused } = door.counts;
  expect([begun, completed + failed, refused, door.open]).toEqual([ATTEMPTS, ATTEMPTS, 0, 0]);
});
