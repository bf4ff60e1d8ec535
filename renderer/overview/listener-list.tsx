/** The addresses that a daemon accepts connections on, ready to be copied. */
import type { ReactNode } from 'react';
import { placeText } from '../../contract/listen-place.ts';
import type { ListenerInfo } from '../../contract/states.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { messages } from './messages.ts';

export function ListenerList({ listeners }: { listeners: readonly ListenerInfo[] }): ReactNode {
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-1">
      {listeners.map((listener) => {
        const address = placeText(listener);
        return (
          <li key={`${listener.protocol} ${address}`} className="flex items-center text-sm">
            <code className="font-mono text-sm">{address}</code>
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
