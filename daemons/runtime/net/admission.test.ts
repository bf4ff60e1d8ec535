/** The decision by itself: its order, and that places come back. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Admission, Seat } from './admission.ts';
import { ConnectThrottle } from './connect-throttle.ts';
import { type ClassRule, ConnectionClasses, UNIX_ADDRESS } from './connection-classes.ts';

const RULE: ClassRule = {
  name: 'default',
  match: [],
  throttle: true,
  maxConnections: 3,
  maxPerAddress: 2,
  connectBurst: 5,
  connectsPerSecond: 1,
};

function admissionOf(rule: Partial<ClassRule> = {}, ...rules: Partial<ClassRule>[]) {
  const banned = new Set<string>();
  const admission = new Admission({
    classes: new ConnectionClasses(
      rules.map((one) => ({ ...RULE, ...one })),
      { ...RULE, ...rule },
    ),
    throttle: new ConnectThrottle(
      () => 100,
      () => 0,
    ),
    bans: { reasonAgainst: (address) => (banned.has(address) ? 'no' : null) },
    room: 4,
  });
  return { admission, banned };
}

it('takes the first class that matches, and the fallback where none does', () => {
  const six = { name: 'six', match: ['2001:db8::/32'] };
  const { admission } = admissionOf(
    {},
    { name: 'local', match: ['127.0.0.0/8', '::1'] },
    { ...six, name: 'late' },
    six,
  );
  const classOf = (address: string) => (admission.admit(address) as Seat<ClassRule>).connectionClass.name;
  expect(['127.0.0.1', '2001:db8::1', '192.0.2.1'].map(classOf)).toEqual(['local', 'late', 'default']);
  expect(() => new ConnectionClasses([{ ...RULE, match: ['nowhere'] }], RULE)).toThrow(
    '"nowhere" is no address',
  );
});

it('never takes more connections than descriptors allow, whatever the classes say', () => {
  const { admission } = admissionOf({ maxConnections: 100, throttle: false });
  for (let i = 0; i < 4; i++) expect(admission.admit('192.0.2.1')).toBeInstanceOf(Seat);
  expect(admission.admit('192.0.2.1')).toEqual({ why: 'full', most: 4 });
});

it('asks what is cheap first, so that whoever hammers at the door costs least', () => {
  const { admission, banned } = admissionOf({ connectBurst: 1, maxConnections: 0 });
  banned.add('192.0.2.1');
  expect(admission.admit('192.0.2.1')).toMatchObject({ why: 'banned' });
  expect(admission.admit('192.0.2.1')).toMatchObject({ why: 'throttled' });
  expect(admission.admit('192.0.2.2')).toMatchObject({ why: 'class_full' });
});

it('knows clients of a Unix socket by their class alone', () => {
  const { admission, banned } = admissionOf(
    { connectBurst: 1 },
    { name: 'local', match: [UNIX_ADDRESS], maxPerAddress: 1, connectBurst: 1 },
  );
  banned.add(UNIX_ADDRESS);
  for (let i = 0; i < 3; i++) {
    const seat = admission.admit(UNIX_ADDRESS) as Seat<ClassRule>;
    expect(seat.connectionClass.name).toBe('local');
  }
  expect(admission.admit(UNIX_ADDRESS)).toMatchObject({ why: 'class_full' });
  expect(admission.throttle.size).toBe(0);
});

it('does not count the rate of connections that the daemon makes', () => {
  const { admission } = admissionOf({ connectBurst: 1 });
  expect(admission.admit('192.0.2.1', true)).toBeInstanceOf(Seat);
  expect(admission.admit('192.0.2.1', true)).toBeInstanceOf(Seat);
  expect(admission.admit('192.0.2.1', true)).toMatchObject({ why: 'address_full' });
});

it('gives every place back once, whatever the order and however often the classes change', () => {
  const step = fc.oneof(
    fc.record({ come: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ go: fc.nat(5) }),
    fc.record({ reclassify: fc.integer({ min: 1, max: 3 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { admission } = admissionOf({ connectBurst: 1_000 });
      const seats: Seat<ClassRule>[] = [];
      for (const one of steps) {
        if ('come' in one) {
          const seat = admission.admit(`10.0.0.${one.come}`);
          if (seat instanceof Seat) seats.push(seat);
        } else if ('go' in one) {
          const [seat] = seats.splice(one.go % Math.max(1, seats.length), 1);
          seat?.leave();
          seat?.leave();
        } else {
          const rule = { ...RULE, name: 'some', match: [`10.0.0.${one.reclassify}`] };
          admission.reclassify(new ConnectionClasses([rule], { ...RULE, connectBurst: 1_000 }));
        }
        expect(admission.size).toBe(seats.length);
        expect(admission.classCount('some') + admission.classCount('default')).toBe(seats.length);
        for (const name of ['some', 'default'])
          expect(admission.classCount(name)).toBe(
            seats.filter(({ connectionClass }) => connectionClass.name === name).length,
          );
      }
      for (const seat of seats) seat.leave();
      expect([admission.size, admission.throttle.entries().some(({ open }) => open > 0)]).toEqual([0, false]);
    }),
  );
});

it('counts each refusal as what it was, and what was let in as nothing', () => {
  const { admission, banned } = admissionOf({ connectBurst: 2, maxConnections: 2 });
  banned.add('192.0.2.9');
  const why = (address: string, made?: boolean) => {
    const answer = admission.admit(address, made);
    return answer instanceof Seat ? 'in' : answer.why;
  };
  expect(['192.0.2.9', '192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2'].map((one) => why(one))).toEqual([
    'banned',
    'in',
    'in',
    'throttled',
    'class_full',
  ]);
  expect(admission.counts).toEqual({
    accepted: 0,
    acceptFailures: 0,
    refusedThrottled: 1,
    refusedAddress: 0,
    refusedFull: 1,
    refusedBanned: 1,
    tlsHandshakeFailures: 0,
  });
  const { admission: few } = admissionOf({ maxPerAddress: 1 });
  few.admit('192.0.2.1');
  expect(few.admit('192.0.2.1')).toMatchObject({ why: 'address_full', connectionClass: { name: 'default' } });
  expect(few.counts).toMatchObject({ refusedAddress: 1, refusedFull: 0 });
});

it('takes connections up to its limit, whatever the descriptors allow beyond', () => {
  let most = 2;
  const admission = new Admission({
    classes: new ConnectionClasses([], { ...RULE, maxPerAddress: 10 }),
    maxConnections: () => most,
    room: 3,
  });
  const come = () => admission.admit('192.0.2.1');
  come();
  come();
  expect(come()).toEqual({ why: 'full', most: 2 });
  expect(admission.counts.refusedFull).toBe(1);
  most = 100;
  expect(come()).toBeInstanceOf(Seat);
  // The class holds no more.
  expect(come()).toEqual({ why: 'full', most: 3 });
});

it('says of an address that comes too fast when it may come again, and in words eight times', () => {
  const { admission } = admissionOf({ connectBurst: 1 });
  admission.admit('192.0.2.1');
  const answers = Array.from({ length: 10 }, () => admission.admit('192.0.2.1'));
  expect(answers[0]).toEqual({ why: 'throttled', waitMs: 1_000, inWords: true });
  expect(answers.filter((one) => 'inWords' in one && one.inWords)).toHaveLength(8);
});

it('bans nobody and remembers addresses where a daemon says nothing else', () => {
  const admission = new Admission({ classes: new ConnectionClasses([], { ...RULE, maxConnections: 1_000 }) });
  expect(admission.admit('192.0.2.1')).toBeInstanceOf(Seat);
  expect([admission.refusalOfBan('192.0.2.1'), admission.throttle.size, admission.size]).toEqual([
    null,
    1,
    1,
  ]);
  expect(admission.room).toBeGreaterThan(100);
});

it('shows its places: who has one, how many there are, who got one and who found none', () => {
  const { admission } = admissionOf({ maxConnections: 9, maxPerAddress: 9 });
  const seats = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5'].map((address) =>
    admission.admit(address),
  );
  (seats[0] as Seat<ClassRule>).leave();
  expect(admission.places).toEqual({ depth: 3, capacity: 4, completed: 4, rejected: 1 });
  const endless = new Admission({ classes: new ConnectionClasses([], RULE), room: Number.POSITIVE_INFINITY });
  expect(endless.places).toMatchObject({ depth: 0, capacity: 0 });
});

it('counts a connection at the address that a gateway names, and asks of that what is asked of who connects from there', () => {
  const six = { name: 'six', match: ['2001:db8::/32'], maxConnections: 1 };
  const { admission, banned } = admissionOf({ maxConnections: 9, maxPerAddress: 1 }, six);
  const first = admission.admit('192.0.2.1') as Seat<ClassRule>;
  expect(admission.readdress(first, '2001:db8::1')).toBeNull();
  expect([first.address, first.connectionClass.name]).toEqual(['2001:db8::1', 'six']);
  expect([admission.classCount('default'), admission.classCount('six'), admission.size]).toEqual([0, 1, 1]);
  // The gateway's own place is free again, and that of the client is taken.
  const second = admission.admit('192.0.2.1') as Seat<ClassRule>;
  expect(second).toBeInstanceOf(Seat);
  expect(admission.readdress(second, '2001:db8:1::1')).toMatchObject({ why: 'class_full' });
  banned.add('192.0.2.9');
  expect(admission.readdress(second, '192.0.2.9')).toMatchObject({ why: 'banned' });
  expect(second.address).toBe('192.0.2.1');
  expect(admission.readdress(second, '192.0.2.2')).toBeNull();
  const third = admission.admit('192.0.2.1') as Seat<ClassRule>;
  expect(admission.readdress(third, '192.0.2.2')).toMatchObject({ why: 'address_full' });
  for (const seat of [first, second, third]) seat.leave();
  expect([admission.classCount('default'), admission.classCount('six'), admission.size]).toEqual([0, 0, 0]);
  expect(admission.admit('192.0.2.2')).toBeInstanceOf(Seat);
});

it('counts the rate of the address that a gateway names, and takes one more in a full house', () => {
  const { admission } = admissionOf({ maxConnections: 9, maxPerAddress: 9, connectBurst: 2 });
  const [one, two, three] = ['192.0.2.1', '192.0.2.1', '192.0.2.3'].map(
    (address) => admission.admit(address) as Seat<ClassRule>,
  );
  admission.admit('192.0.2.4');
  expect(admission.admit('192.0.2.5')).toMatchObject({ why: 'full' });
  expect([one, two, three].map((seat) => admission.readdress(seat!, '192.0.2.9'))).toEqual([
    null,
    null,
    expect.objectContaining({ why: 'throttled' }),
  ]);
});

it('does not limit how often and how many come from a gateway, and bans it all the same', () => {
  const banned = new Set<string>();
  const admission = new Admission({
    classes: new ConnectionClasses([], { ...RULE, connectBurst: 1, maxPerAddress: 1, maxConnections: 9 }),
    bans: { reasonAgainst: (address) => (banned.has(address) ? 'no' : null) },
    gateways: (address) => address === '192.0.2.1',
  });
  for (let i = 0; i < 4; i++) expect(admission.admit('192.0.2.1')).toBeInstanceOf(Seat);
  banned.add('192.0.2.1');
  expect(admission.admit('192.0.2.1')).toMatchObject({ why: 'banned' });
  admission.admit('192.0.2.2');
  expect(admission.admit('192.0.2.2')).toMatchObject({ why: 'throttled' });
});
