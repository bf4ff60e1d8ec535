/** A setting is written where it belongs, and nothing else of the file is touched. */
import fc from 'fast-check';
import { parse as parseToml } from 'smol-toml';
import { expect, it } from 'vitest';
import { withSetting } from './setting-edit.ts';

const SETTING = { path: ['ircd', 'accounts', 'authority'], value: 'services' };
const edit = (text: string) => withSetting(text, SETTING);

it.each([
  ['an empty file', '', '[ircd.accounts]\nauthority = "services"\n'],
  [
    'a file without the table',
    '[ircd]\nnumeric = 3 # mine',
    '[ircd]\nnumeric = 3 # mine\n\n[ircd.accounts]\nauthority = "services"\n',
  ],
  [
    'a table without the setting',
    '# who\n[ircd.accounts] # logins\nregistration = "closed"\n\n[relay]\n',
    '# who\n[ircd.accounts] # logins\nauthority = "services"\nregistration = "closed"\n\n[relay]\n',
  ],
  ['a header at the end', '[ircd.accounts]', '[ircd.accounts]\nauthority = "services"\n'],
  [
    'another value',
    "[ircd.accounts]\nauthority = 'embedded' # for now\n",
    '[ircd.accounts]\nauthority = "services" # for now\n',
  ],
  ['a dotted key', '[ircd]\naccounts.authority = "none"\n', '[ircd]\naccounts.authority = "services"\n'],
  [
    'an inline table',
    '[ircd]\naccounts = { authority = "none", registration = "open" }\n',
    '[ircd]\naccounts = { authority = "services", registration = "open" }\n',
  ],
  ['lines of Windows', '[ircd.accounts]\r\n', '[ircd.accounts]\r\nauthority = "services"\r\n'],
  [
    'a header in a text',
    '[ircd]\ndescription = """\n[ircd.accounts]\n"""\n',
    '[ircd]\ndescription = """\n[ircd.accounts]\n"""\n\n[ircd.accounts]\nauthority = "services"\n',
  ],
])('in %s', (_what, before, after) => {
  expect(edit(before)).toBe(after);
});

it('changes nothing where it says so already, and nothing at all where it cannot', () => {
  const text = '[ircd.accounts]\nauthority = "services" # yes\n';
  expect(edit(text)).toBe(text);
  expect(edit('[ircd]\naccounts = { registration = "open" }\n')).toBeNull();
  expect(edit('[ircd]\naccounts = 5\n')).toBeNull();
  expect(edit('[ircd\n')).toBeNull();
});

it('whatever stands around it, all else says the same', () => {
  const line = fc.constantFrom(
    ...['[ircd]', '[ircd.accounts]', '[relay]', '[[ircd.oper]]', 'authority = "embedded"', '# a comment'],
    ...['registration = "open"', 'accounts.authority = "none"', 'accounts = {}', 'name = """', '"""', ''],
    ...['[ircd . accounts]', 'x = [1,', ']', "[ircd.'accounts']"],
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const before = lines.join('\n');
      const after = edit(before);
      if (after === null) return;
      const told = parseToml(after) as { ircd: { accounts: { authority?: string } } };
      expect(told.ircd.accounts.authority).toBe('services');
      const was = parseToml(before) as { ircd?: { accounts?: { authority?: string } } };
      const { authority, ...rest } = told.ircd.accounts;
      expect(rest).toEqual({ ...was.ircd?.accounts, authority: undefined, ...rest });
      // What stood there stands there still, but for the value.
      for (const kept of lines.filter((one) => !one.includes('authority'))) expect(after).toContain(kept);
    }),
  );
});
