/** The addresses that a daemon accepts connections on, ready to be copied. */
import type { ReactNode } from 'react';
import type { ListenerInfo } from '../../contract/states.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { messages } from './messages.ts';

/** `127.0.0.1:6667`, with IPv6 addresses in brackets. */
function addressOf(listener: ListenerInfo): string {
  const host = listener.host.includes(':') ? `[${listener.host}]` : listener.host;
  return `${host}:${listener.port}`;
}

export function ListenerList({ listeners }: { listeners: readonly ListenerInfo[] }): ReactNode {
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-1">
      {listeners.map((listener) => {
        const address = addressOf(listener);
        return (
          <li key={`${listener.protocol} ${address}`} className="flex items-center text-sm">
            <code className="font-mono text-[0.8125rem]">{address}</code>
            <span className="ml-2 text-xs text-dim">
              {listener.protocol}
              {listener.tls ? ' · TLS' : ''}
            </span>
            <CopyButton text={address} label={messages.copyAddress(address)} />
          </li>
        );
      })}
    </ul>
  );
}
