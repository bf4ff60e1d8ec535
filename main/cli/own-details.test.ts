import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeLocalCaller } from '../../contract/local-caller.ts';
import { anyCharacter } from '../../contract/test-characters.ts';
import { localCallerSchema } from '../core/local-caller.ts';
import { ownDetails } from './own-details.ts';

test('tells who ran sudo, on which terminal, and from where', () => {
  const env = { SUDO_USER: 'alice', SSH_CONNECTION: '192.0.2.7 50022 192.0.2.1 22', SSH_TTY: '/dev/pts/9' };
  const said = ownDetails(env, '/dev/pts/3');
  expect(said).toEqual({ sudoUser: 'alice', terminal: 'pts/3', remote: '192.0.2.7' });
  expect(describeLocalCaller(said)).toBe('sudo alice, pts/3, 192.0.2.7');
});

test('where the system does not name the terminal, SSH does; a link-local address loses its interface', () => {
  const env = { SSH_CONNECTION: 'fe80::1%eth0 50022 fe80::2%eth0 22', SSH_TTY: '/dev/ttys004' };
  expect(describeLocalCaller(ownDetails(env, undefined))).toBe('ttys004, fe80::1');
});

test('leaves out what is not there or not what it should be', () => {
  expect(describeLocalCaller(ownDetails({}, undefined))).toBeUndefined();
  const odd = { SUDO_USER: 'a\nb', SSH_CONNECTION: 'somewhere', SSH_TTY: `/dev/${'x'.repeat(40)}` };
  expect(describeLocalCaller(ownDetails(odd, undefined))).toBeUndefined();
});

test('what it tells is taken, and cannot be taken for what is written around it', () => {
  const text = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 40 }),
    fc.constantFrom(
      'alice',
      'CORP\\bob',
      'x@corp',
      'a, pts/9)',
      'a (b',
      '٣',
      '\u202eevil',
      'é',
      '::1',
      '1.2.3',
      '::ffff:192.0.2.7',
      'fe80::1%eth0',
    ),
  );
  fc.assert(
    fc.property(text, text, text, (SUDO_USER, remote, tty) => {
      const said = ownDetails({ SUDO_USER, SSH_CONNECTION: remote }, `/dev/${tty}`);
      expect(localCallerSchema.safeParse(said).success).toBe(true);
      expect(describeLocalCaller(said) ?? '').toMatch(
        /^(sudo [^\p{Cc}\p{Cf}\p{Cs}\p{Zs}(),]+)?(, )?[\w/.-]*(, )?[0-9A-Fa-f.:]*$/u,
      );
    }),
  );
});
