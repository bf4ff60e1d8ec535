/** The Noise state machine: published vectors by both suites, what no forger may do, and two keys that stay in step. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CipherState } from './cipher-state.ts';
import type { CryptoSuite } from './crypto-suite.ts';
import { Handshake } from './handshake.ts';
import { loadAead, nodeSuite } from './node-suite.ts';
import { NoiseError } from './noise-error.ts';
import { loadSodiumSuite } from './sodium-suite.ts';
import { VECTORS } from './vectors.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (of: Uint8Array) => Buffer.from(of).toString('hex');

const missing = () => {
  throw new Error('not on this machine');
};
const loadedAs = async (loaders: Parameters<typeof loadAead>[0]) => nodeSuite((await loadAead(loaders)).aead);
const suites: readonly (readonly [string, CryptoSuite])[] = [
  ['node:crypto and both native ciphers', await loadedAs({})],
  ['node:crypto and sodium-native', await loadedAs({ openssl: missing })],
  ['node:crypto and OpenSSL', await loadedAs({ sodium: missing })],
  ['node:crypto and the fallback', await loadedAs({ sodium: missing, openssl: missing })],
  ['libsodium alone', await loadSodiumSuite()],
];

const code = (work: () => unknown) => {
  try {
    work();
    return null;
  } catch (error) {
    return error instanceof NoiseError ? error.code : error;
  }
};

describe.each(suites)('%s', (_name, suite) => {
  it.each(VECTORS)('says byte for byte what is published by $name', (vector) => {
    const side = (initiator: boolean) => {
      const keys = initiator ? vector.initiator : vector.responder;
      return new Handshake({
        suite,
        initiator,
        prologue: bytes(vector.prologue),
        staticPair: suite.dhPair(bytes(keys.static)),
        ephemeralPair: suite.dhPair(bytes(keys.ephemeral)),
      });
    };
    const initiator = side(true);
    const responder = side(false);
    vector.messages.slice(0, 3).forEach(([payload, wire], index) => {
      const [from, to] = index % 2 === 0 ? [initiator, responder] : [responder, initiator];
      expect([from.mayWrite, to.mayWrite]).toEqual([true, false]);
      expect(hex(from.write(bytes(payload)))).toBe(wire);
      expect(hex(to.read(bytes(wire)))).toBe(payload);
    });
    expect([initiator.done, responder.done]).toEqual([true, true]);
    expect(hex(responder.remoteStatic!)).toBe(hex(suite.dhPair(bytes(vector.initiator.static)).publicKey));
    const one = initiator.split();
    const other = responder.split();
    expect(hex(one.hash)).toBe(vector.hash ?? hex(other.hash));
    vector.messages.slice(3).forEach(([payload, wire], index) => {
      const [from, to] = index % 2 === 0 ? [other, one] : [one, other];
      const text = bytes(payload);
      const box = new Uint8Array(text.length + 16);
      from.sending.seal(box, text);
      expect(hex(box)).toBe(wire);
      expect(to.receiving.open(box.subarray(0, text.length), box)).toBe(true);
      expect(hex(box.subarray(0, text.length))).toBe(payload);
    });
  });

  it('signs what its own and the other suites verify, and nothing else', () => {
    const seed = new Uint8Array(32).fill(7);
    const message = bytes('00ff');
    const key = suite.signingKey(seed);
    for (const [, other] of suites) {
      expect(hex(other.signingKey(seed).publicKey)).toBe(hex(key.publicKey));
      expect(other.verify(key.publicKey, message, key.sign(message))).toBe(true);
      expect(other.verify(key.publicKey, bytes('00fe'), key.sign(message))).toBe(false);
      expect(other.verify(key.publicKey, message, new Uint8Array(3))).toBe(false);
      expect(other.verify(new Uint8Array(5), message, key.sign(message))).toBe(false);
    }
    expect(suite.random(32)).toHaveLength(32);
    expect(hex(suite.random(32))).not.toBe(hex(suite.random(32)));
  });

  it('agrees on no secret with a key of low order', () => {
    expect(() => suite.dh(suite.dhPair(), new Uint8Array(32))).toThrow();
  });
});

const suite = suites[0]![1];
const pair = (prologue = 'ab', other = prologue) => ({
  initiator: new Handshake({ suite, initiator: true, prologue: bytes(prologue), staticPair: suite.dhPair() }),
  responder: new Handshake({ suite, initiator: false, prologue: bytes(other), staticPair: suite.dhPair() }),
});

it('fails where the two sides said something else before', () => {
  const { initiator, responder } = pair('ab', 'ac');
  responder.read(initiator.write(bytes('')));
  expect(code(() => initiator.read(responder.write(bytes(''))))).toBe('handshake_failed');
});

it('takes the genuine message after any number of forged ones', () => {
  const { initiator, responder } = pair();
  const say = (from: Handshake, to: Handshake, payload: string) => {
    const genuine = from.write(bytes(payload));
    // The first message is clear: whatever is long enough is one.
    if (from.remoteStatic !== null || to.remoteStatic !== null || payload === '02') {
      fc.assert(
        fc.property(fc.nat(genuine.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
          const forged = Uint8Array.from(genuine);
          forged[at]! ^= flip;
          expect(code(() => to.read(forged))).toBe('handshake_failed');
        }),
        { numRuns: 30 },
      );
      for (const size of [0, 31, 32, 79, genuine.length - 1])
        if (size < genuine.length)
          expect(code(() => to.read(genuine.subarray(0, size)))).toBe('handshake_failed');
    }
    expect(hex(to.read(genuine))).toBe(payload);
  };
  expect(code(() => responder.read(new Uint8Array(31)))).toBe('handshake_failed');
  say(initiator, responder, '01');
  say(responder, initiator, '02');
  say(initiator, responder, '03');
  const text = new Uint8Array(4);
  const box = new Uint8Array(20);
  const keys = initiator.split();
  keys.sending.seal(box, text);
  expect(responder.split().receiving.open(text, box)).toBe(true);
});

it('lets nobody speak out of turn, or take keys before all is said', () => {
  const { initiator, responder } = pair();
  expect(code(() => responder.write(bytes('')))).toBe('handshake_failed');
  expect(code(() => initiator.read(new Uint8Array(32)))).toBe('handshake_failed');
  expect(code(() => initiator.split())).toBe('handshake_failed');
  responder.read(initiator.write(bytes('')));
  initiator.read(responder.write(bytes('')));
  responder.read(initiator.write(bytes('')));
  expect([initiator.mayWrite, responder.mayWrite]).toEqual([false, false]);
  expect(code(() => initiator.write(bytes('')))).toBe('handshake_failed');
  expect(code(() => responder.read(new Uint8Array(64)))).toBe('handshake_failed');
  initiator.destroy();
  expect(code(() => initiator.split().sending.seal(new Uint8Array(16), bytes('')))).toBe(null);
});

describe('a key and its counter', () => {
  const two = () => {
    const key = suite.random(32);
    return [new CipherState(suite.aead, key), new CipherState(suite.aead, key)] as const;
  };
  const box = (state: CipherState, text: string) => {
    const out = new Uint8Array(text.length / 2 + 16);
    state.seal(out, bytes(text));
    return out;
  };

  it('open each message once, in order, and only with what it was sealed with', () => {
    const [sender, receiver] = two();
    const [first, second] = [box(sender, '0102'), box(sender, '0304')];
    const out = new Uint8Array(2);
    expect(receiver.open(out, second)).toBe(false);
    expect(receiver.open(out, first, bytes('aa'))).toBe(false);
    expect(receiver.counter).toBe(0n);
    expect(receiver.open(out, first)).toBe(true);
    expect(receiver.open(out, first)).toBe(false);
    expect(receiver.open(out, second)).toBe(true);
    expect(hex(out)).toBe('0304');
    expect([sender.counter, receiver.counter]).toEqual([2n, 2n]);
  });

  it('count to 2^64-2 without a wrap, and not one further', () => {
    const [sender, receiver] = two();
    for (const at of [0xffn, 0xffffn, 0xffff_ffffn, 0xff_ffff_ffffn, 0xffff_ffff_ffff_fffdn]) {
      sender.counter = at;
      receiver.counter = at;
      expect(receiver.open(new Uint8Array(1), box(sender, '07'))).toBe(true);
      expect([sender.counter, receiver.counter]).toEqual([at + 1n, at + 1n]);
    }
    expect(receiver.open(new Uint8Array(1), box(sender, '07'))).toBe(true);
    expect(code(() => box(sender, '07'))).toBe('key_spent');
    expect(code(() => receiver.open(new Uint8Array(1), new Uint8Array(17)))).toBe('key_spent');
  });

  it('are another key after a rekey on both sides, and the count goes on', () => {
    const [sender, receiver] = two();
    const copy = sender.copy();
    box(sender, '00');
    receiver.counter = 1n;
    sender.rekey();
    const sealed = box(sender, '01');
    expect(receiver.open(new Uint8Array(1), sealed)).toBe(false);
    receiver.rekey();
    expect(receiver.open(new Uint8Array(1), sealed)).toBe(true);
    copy.counter = 1n;
    expect(hex(box(copy, '01'))).not.toBe(hex(sealed));
    // REKEY of the specification: what the cipher makes of 32 zeros with the last nonce.
    const key = suite.random(32);
    const made = new Uint8Array(48);
    suite.aead.seal(made, new Uint8Array(32), bytes(''), bytes('00000000ffffffffffffffff'), key);
    const rekeyed = new CipherState(suite.aead, key);
    rekeyed.rekey();
    expect(hex(box(rekeyed, '05'))).toBe(hex(box(new CipherState(suite.aead, made.subarray(0, 32)), '05')));
  });

  it('are gone once destroyed', () => {
    const [sender] = two();
    sender.destroy();
    expect(code(() => box(sender, '00'))).toBe('key_spent');
  });
});
