/** Errors of native calls, in the form that Node gives those of its own. */
import { getSystemErrorName } from 'node:util';

/** Such as `{ code: 'EAGAIN', errno: -11, syscall: 'sendfile' }`. */
export function nativeError(syscall: string, errno: number): NodeJS.ErrnoException {
  const code = errorName(errno);
  const error: NodeJS.ErrnoException = new Error(`${code}: ${syscall} failed`);
  error.code = code;
  error.errno = -errno;
  error.syscall = syscall;
  return error;
}

/**
 * What a call answered, or its error number, negative. `errno` is asked for as the second argument, right behind the call: whatever comes in
 * between may make a call of its own that fails.
 */
export const negated = (answer: number, errno: number): number => (answer < 0 ? -errno : answer);

/** The name of an error number, such as `EAGAIN`; `E131` for one that Node does not know. */
export function errorName(errno: number): string {
  const name = getSystemErrorName(-errno);
  return name.startsWith('E') ? name : `E${errno}`;
}
