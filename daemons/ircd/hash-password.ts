/** Prints the argon2id hash of a password read from standard input, for `password_hash` in the configuration. */
import { hashPassword } from './passwords.ts';

let input = '';
for await (const chunk of process.stdin) input += String(chunk);
const password = input.split('\n', 1)[0]?.replace('\r', '') ?? '';
if (password === '') {
  process.stderr.write('usage: npm run -s hash-password, then type the password and end it with Ctrl-D\n');
  process.exitCode = 2;
} else {
  process.stdout.write(`${await hashPassword(password)}\n`);
}
