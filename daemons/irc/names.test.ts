import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isChannelName, isValidChannelName, isValidKey, isValidNick, isValidUsername } from './names.ts';

/** Every character up to U+00FF for which `allowed` answers true. */
function charactersThat(allowed: (character: string) => boolean): string {
  let found = '';
  for (let code = 0; code < 0x100; code++) {
    const character = String.fromCharCode(code);
    if (allowed(character)) found += character;
  }
  return found;
}

const DIGITS = '0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';

it('a nick is letters, digits and the signs of RFC 2812, and begins with no digit and no dash', () => {
  const first = `${UPPER}[\\]^_\`${LOWER}{|}`;
  expect(charactersThat((one) => isValidNick(one, 30))).toBe(first);
  expect([...charactersThat((one) => isValidNick(`a${one}`, 30))].sort()).toEqual(
    [...`-${DIGITS}${first}`].sort(),
  );
  expect(['', 'a'.repeat(30), 'a'.repeat(31), 'a~', 'ä', 'a☃'].map((nick) => isValidNick(nick, 30))).toEqual([
    false,
    true,
    false,
    false,
    false,
    false,
  ]);
});

it('a channel is # and something, without controls, spaces and commas, in so many bytes', () => {
  const banned = charactersThat((one) => !isValidChannelName(`#${one}`, 64));
  const controls = charactersThat((one) => one <= ' ');
  expect(banned).toBe(`${controls},\x7f\xa0`);
  expect(isValidChannelName('#☃', 4)).toBe(true);
  expect(isValidChannelName('#☃', 3)).toBe(false);
  expect(['#', '', 'a', '&a', '+a'].filter((name) => isValidChannelName(name, 64))).toEqual([]);
  expect(['#', '#a', 'a', '&a', ''].map(isChannelName)).toEqual([true, true, false, false, false]);
  // The bad one may stand anywhere.
  expect(['#a b', '#ab ', '# ab', '#a,b'].filter((name) => isValidChannelName(name, 64))).toEqual([]);
});

it('a username is printable, and nothing in it could be taken for part of a mask', () => {
  const allowed = charactersThat(isValidUsername);
  expect(allowed).toBe(charactersThat((one) => one > ' ' && one <= '~' && !'!@:*?'.includes(one)));
  expect(['', 'ab!', 'a b', 'ab\x7f'].filter(isValidUsername)).toEqual([]);
  expect(['~ab', 'a.b-c_d', 'a[]'].every(isValidUsername)).toBe(true);
});

it('a key is printable without space and comma, and begins with no colon', () => {
  const allowed = charactersThat((one) => isValidKey(`k${one}`, 23));
  expect(allowed).toBe(charactersThat((one) => one > ' ' && one <= '~' && one !== ','));
  expect([':', ':k', '', 'k'.repeat(23), 'k'.repeat(24)].map((key) => isValidKey(key, 23))).toEqual([
    false,
    false,
    false,
    true,
    false,
  ]);
});

it('a name is good only when each of its characters is', () => {
  const text = fc.string({ unit: 'binary-ascii', minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(text, (name) => {
      const rest = [...name.slice(1)];
      expect(isValidNick(name, 30)).toBe(
        isValidNick(name[0]!, 30) && rest.every((one) => isValidNick(`a${one}`, 30)),
      );
      expect(isValidUsername(name)).toBe([...name].every(isValidUsername));
      expect(isValidChannelName(`#${name}`, 64)).toBe(
        [...name].every((one) => isValidChannelName(`#${one}`, 64)),
      );
    }),
  );
});
