/** The addresses that a daemon accepts connections on, ready to be copied. */
import type { ReactNode } from 'react';
import { placeText } from '../../contract/listen-place.ts';
import type { ListenerInfo } from '../../contract/states.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { messages } from './messages.ts';

/** `isOneLine` in a row of a table, where what is too long is cut. */
export function ListenerList({
  listeners,
  isOneLine = false,
}: {
  listeners: readonly ListenerInfo[];
  isOneLine?: boolean;
}): ReactNode {
  return (
    <ul className={isOneLine ? 'flex gap-x-2' : 'flex flex-wrap gap-x-3 gap-y-1'}>
      {listeners.map((listener) => {
        const address = placeText(listener);
        return (
          <li key={`${listener.protocol} ${address}`} className="flex min-w-0 items-center text-sm">
            <code
              title={address}
              className={`font-mono text-sm ${isOneLine ? 'max-w-36 truncate text-left' : ''}`}
            >
              {address}
            </code>
            <span className="ml-2 text-xs text-dim">
              {listener.protocol}
              {'tls' in listener && listener.tls ? ' · TLS' : ''}
            </span>
            <CopyButton text={address} label={messages.copyAddress(address)} />
          </li>
        );
      })}
    </ul>
  );
}
