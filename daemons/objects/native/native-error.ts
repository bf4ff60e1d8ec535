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

/** The name of an error number, such as `EAGAIN`; `E131` for one that Node does not know. */
export function errorName(errno: number): string {
  const name = getSystemErrorName(-errno);
  return name.startsWith('E') ? name : `E${errno}`;
}
