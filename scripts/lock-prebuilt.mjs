/**
 * Marks packages in package-lock.json that ship their binaries, so that `npm ci` does not compile them: npm sees their
 * binding.gyp, but not the `gypfile: false` of their package.json, which a lock file leaves out. A fresh machine has
 * neither a compiler nor Node's headers. Run after every change of the dependencies (`npm run lock`); a test tells when
 * it was forgotten.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';

const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
for (const [path, locked] of Object.entries(lock.packages)) {
  if (path === '' || !existsSync(join(root, path, 'binding.gyp'))) continue;
  const { gypfile } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
  if (gypfile === false) locked.gypfile = false;
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
