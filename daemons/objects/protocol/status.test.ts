import { expect, it } from 'vitest';
import { STATUS_NAMES, STATUSES, statusCode, statusOf } from './status.ts';

it('has the codes that programs of this protocol know', () => {
  const codes = Object.fromEntries(STATUS_NAMES.map((name) => [name, statusCode(name)]));
  expect(codes).toEqual({
    ok: 0,
    not_found: 1,
    invalid_request: 2,
    invalid_mode: 3,
    uri_too_long: 4,
    unsupported: 5,
    internal: 0x10,
    storage: 0x11,
    out_of_memory: 0x12,
    timeout: 0x13,
    unavailable: 0x14,
    protocol: 0x20,
    version: 0x21,
    capability: 0x22,
  });
});

it('names each code, says what it means, and knows no other', () => {
  for (const name of STATUS_NAMES) {
    expect(statusOf(statusCode(name))).toBe(name);
    expect(STATUSES[name].meaning).toMatch(/\.$/);
  }
  const known = Array.from({ length: 256 }, (_, code) => statusOf(code)).filter((name) => name !== null);
  expect(known).toEqual(STATUS_NAMES);
});
