/** The addresses that a daemon accepts connections on, ready to be copied. */
import type { ReactNode } from 'react';
import { placeText } from '../../contract/listen-place.ts';
import type { ListenerInfo } from '../../contract/states.ts';
import { CopyButton, CopyText } from '../ui/copy-button.tsx';
import { messages } from './messages.ts';

export function ListenerList({ listeners }: { listeners: readonly ListenerInfo[] }): ReactNode {
  return (
    <ul className="flex min-w-0 flex-wrap gap-x-3">
      {listeners.map((listener) => {
        const address = placeText(listener);
        return (
          <li
            key={`${listener.protocol} ${address}`}
            className="flex max-w-full min-w-0 items-center text-sm"
          >
            <code title={address} className="truncate font-mono text-sm">
              {address}
            </code>
            <span className="ml-2 text-xs text-dim">{protocolOf(listener)}</span>
            <CopyButton text={address} label={messages.copyAddress(address)} />
          </li>
        );
      })}
    </ul>
  );
}

/** The same in a row of a table: each is pressed to be copied, and of one that is like that before it only the port is shown. Windows with little room have the first alone. */
export function ListenerRow({ listeners }: { listeners: readonly ListenerInfo[] }): ReactNode {
  return (
    <ul className="flex gap-x-2">
      {listeners.map((listener, index) => {
        const address = placeText(listener);
        const before = listeners[index - 1];
        const isLike =
          before !== undefined && 'port' in listener && 'port' in before && before.host === listener.host;
        // What tells it from others: its port, or the name of its socket.
        const end = 'port' in listener ? `:${listener.port}` : address.slice(address.lastIndexOf('/'));
        return (
          <li
            key={`${listener.protocol} ${address}`}
            className={`flex min-w-0 items-center ${index > 0 ? 'max-2xl:hidden' : ''}`}
          >
            <CopyText
              text={address}
              label={messages.copyAddress(address)}
              title={`${address} ${protocolOf(listener)}`}
              end={end}
            >
              {isLike ? '' : address.slice(0, address.length - end.length)}
            </CopyText>
            <span className="ml-1 text-xs text-dim max-2xl:hidden">{protocolOf(listener)}</span>
          </li>
        );
      })}
      {listeners.length > 1 && (
        <li title={listeners.map(placeText).join(', ')} className="self-center text-xs text-dim 2xl:hidden">
          {messages.moreListeners(listeners.length - 1)}
        </li>
      )}
    </ul>
  );
}

function protocolOf(listener: ListenerInfo): string {
  return 'tls' in listener && listener.tls ? `${listener.protocol} · TLS` : listener.protocol;
}
