/** Who is signed in at this headless host, and the way out. The desktop app has no sessions. */
import { type ReactNode, useEffect, useState } from 'react';
import type { HostSession, SignedIn } from '../client/host-session.ts';
import { useHost } from '../model/host-context.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { messages } from './messages.ts';

export function SessionSection({ session }: { session: HostSession }): ReactNode {
  const { client } = useHost();
  const [who, setWho] = useState<SignedIn | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let shown = true;
    void session.who().then((answer) => {
      if (shown) setWho(answer);
    });
    return () => {
      shown = false;
    };
  }, [session]);
  const leave = async () => {
    const done = await session.signOut();
    setFailed(!done);
    if (done) client.retryNow();
  };
  return (
    <>
      {failed && (
        <Callout tone="bad" urgent title={messages.signOutFailed}>
          {messages.signOutFailedHint}
        </Callout>
      )}
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 text-sm">
        <span className="text-dim">
          {who === null ? messages.signedIn : messages.signedInAs(who.name, who.session)}
        </span>
        <Button onClick={() => void leave()}>{messages.signOut}</Button>
      </div>
    </>
  );
}
