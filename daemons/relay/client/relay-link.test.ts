/** One link against a relay that is written here, from the handshake's messages to the last word. */
import { expect, it } from 'vitest';
import { Handshake } from '../noise/handshake.ts';
import { identityPayload, identityText } from '../noise/identity.ts';
import { PREAMBLE } from '../noise/preamble.ts';
import { RECORD_DATA_BYTES, RecordOpener, RecordSealer } from '../noise/records.ts';
import { TEST_SUITE as suite } from '../test-relay.ts';
import type { RelayClientError } from './errors.ts';
import { FrameSplitter, framed } from './frame-splitter.ts';
import { RelayLink } from './relay-link.ts';

const RULES = { rekey_frames: 2, rekey_bytes: 1e9, rekey_seconds: 1e9 };
const key = (seed: number) => suite.signingKey(new Uint8Array(32).fill(seed));
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** A link and what it told; `sent` are the payloads of what it sent. */
function link(sealed = true) {
  const sent: Uint8Array[] = [];
  const frames: string[] = [];
  const opened: (string | null)[] = [];
  const failures: RelayClientError[] = [];
  const out = new FrameSplitter(
    () => 1 << 20,
    (payload) => sent.push(payload),
  );
  const made = new RelayLink(sealed ? { suite, identity: key(1), rekey: RULES } : null, {
    send: (bytes) => out.push(bytes),
    onOpen: (relay) => opened.push(relay),
    onFrame: (payload) => frames.push(text(payload)),
    onFailure: (error) => failures.push(error),
  });
  return { link: made, sent, frames, opened, failures };
}

/** The relay's side of a handshake with it; what the session is then. */
function greet(one: ReturnType<typeof link>) {
  const pair = suite.dhPair();
  const handshake = new Handshake({ suite, initiator: false, prologue: PREAMBLE, staticPair: pair });
  one.link.open();
  expect(text(one.sent[0]!)).toBe(text(PREAMBLE));
  expect(handshake.read(one.sent[1]!)).toHaveLength(0);
  one.link.receive(framed(handshake.write(identityPayload(key(2), pair.publicKey))));
  expect(text(handshake.read(one.sent[2]!).subarray(0, 32))).toBe(text(key(1).publicKey));
  const { sending, receiving } = handshake.split();
  const sealer = new RecordSealer(sending, RULES, 0);
  const seal = (stream: Uint8Array) => {
    const record = new Uint8Array(stream.length + 64);
    sealer.seal(stream, 0, stream.length, record, 0);
    return record.slice(0, sealer.written);
  };
  return { seal, opener: new RecordOpener(receiving) };
}

it('passes plain frames on, both ways, from the first', () => {
  const one = link(false);
  one.link.open();
  expect([one.opened, one.link.sealed]).toEqual([[null], false]);
  one.link.send(Buffer.from('out'));
  one.link.receive(framed(Buffer.from('in')));
  expect([one.sent.map(text), one.frames]).toEqual([['out'], ['in']]);
});

it('seals what it sends and opens what comes, in parts of any size and over new keys', () => {
  const one = link();
  expect(() => one.link.send(Buffer.from('early'))).toThrow('There is no connection to the relay.');
  const { seal, opener } = greet(one);
  expect([one.opened, one.link.sealed]).toEqual([[identityText(key(2).publicKey)], true]);
  const large = Buffer.alloc(RECORD_DATA_BYTES * 2, 'abc');
  one.link.send(large);
  one.link.send(Buffer.from('x'));
  const records = one.sent.slice(3);
  expect(records).toHaveLength(4);
  const stream = Buffer.concat(records.map((record) => opener.open(record, 0, record.length)));
  expect(stream.equals(Buffer.concat([framed(large), framed(Buffer.from('x'))]))).toBe(true);
  const inner = Buffer.concat(['a', 'bc', '', 'd'].map((payload) => framed(Buffer.from(payload))));
  for (const part of [inner.subarray(0, 3), inner.subarray(3, 14), inner.subarray(14)])
    one.link.receive(seal(part));
  expect(one.frames).toEqual(['a', 'bc', '', 'd']);
  expect(one.failures).toEqual([]);
});

it('passes over frames of others before the answer, but not without end', () => {
  const one = link();
  one.link.open();
  const other = framed(Buffer.from('of somebody else'));
  for (let i = 0; i < 10_000; i++) one.link.receive(other);
  expect(one.failures).toEqual([]);
  one.link.receive(other);
  expect(one.failures).toMatchObject([{ name: 'RelaySecurityError' }]);
  one.link.receive(other);
  expect([one.failures.length, one.frames, one.opened]).toEqual([1, [], []]);
});

const REFUSAL = '{"type":"error","id":null,"code":"banned","message":"Go away."}';

it.each([
  ['at once', (one: ReturnType<typeof link>) => one.link.open()],
  ['after the last message', greet],
])('tells why the relay makes no session, %s', (_, begin) => {
  const one = link();
  begin(one);
  one.link.receive(framed(Buffer.from(REFUSAL)));
  expect(one.failures).toMatchObject([{ name: 'RelayRefusedError', code: 'banned', message: 'Go away.' }]);
  expect(() => one.link.send(Buffer.from('x'))).toThrow('There is no connection to the relay.');
});

it('takes for a reason only what is one', () => {
  const one = link();
  one.link.open();
  const long = `{"type":"error","code":"x","message":"${'x'.repeat(4_096)}"}`;
  for (const said of [
    '{',
    '{}',
    '{"type":"error"}',
    '{"type":"notice","code":"x"}',
    '[1]',
    long,
    ` ${REFUSAL}`,
  ])
    one.link.receive(framed(Buffer.from(said)));
  expect(one.failures).toEqual([]);
  one.link.receive(framed(Buffer.from('{"type":"error","code":"kicked"}')));
  expect(one.failures).toMatchObject([{ code: 'kicked', message: 'kicked' }]);
});

it('ends with what is not from the relay, and says nothing after it', () => {
  const first = link();
  const { seal } = greet(first);
  const forged = seal(framed(Buffer.from('x')));
  forged[forged.length - 1]! ^= 1;
  first.link.receive(forged);
  expect(first.failures).toMatchObject([{ name: 'RelaySecurityError' }]);
  const second = link();
  const session = greet(second);
  second.link.receive(session.seal(framed(Buffer.from('x'))));
  // Once the relay has sealed something, nothing else is a word of it.
  second.link.receive(framed(Buffer.from(REFUSAL)));
  expect(second.failures).toMatchObject([{ name: 'RelaySecurityError' }]);
  const third = link();
  greet(third);
  third.link.receive(Uint8Array.of(0, 1, 0, 0));
  expect(third.failures).toMatchObject([
    { name: 'RelaySecurityError', message: expect.stringContaining('65536') },
  ]);
});

it('does not go on with a relay that cannot prove its identity', () => {
  const one = link();
  const pair = suite.dhPair();
  const handshake = new Handshake({ suite, initiator: false, prologue: PREAMBLE, staticPair: pair });
  one.link.open();
  handshake.read(one.sent[1]!);
  one.link.receive(framed(handshake.write(identityPayload(key(2), suite.dhPair().publicKey))));
  expect(one.failures).toMatchObject([{ name: 'RelaySecurityError' }]);
  expect([one.opened, one.sent.length]).toEqual([[], 2]);
});

it('tells nothing once it is closed', () => {
  const one = link(false);
  one.link.open();
  one.link.close();
  one.link.receive(framed(Buffer.from('late')));
  expect([one.frames, one.failures]).toEqual([[], []]);
  expect(() => one.link.send(Buffer.from('x'))).toThrow('There is no connection to the relay.');
});
