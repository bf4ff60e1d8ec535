/** Asks for the access token of a headless host. */
import { type ReactNode, useId, useState } from 'react';
import type { HostSession, SignInResult } from '../client/host-session.ts';
import { useHost } from '../model/host-context.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { Mark } from '../ui/mark.tsx';
import { messages } from './messages.ts';

/** The whole window, where there is no other host to go to. */
export function LoginPage({ session }: { session: HostSession }): ReactNode {
  return (
    <main className="flex min-h-full items-center justify-center p-4">
      <LoginForm session={session} />
    </main>
  );
}

export function LoginForm({ session }: { session: HostSession }): ReactNode {
  const { client, name: hostName } = useHost();
  const inputId = useId();
  const hintId = useId();
  const nameId = useId();
  const nameHintId = useId();
  const [token, setToken] = useState('');
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Exclude<SignInResult, 'signed-in'> | null>(null);
  const submit = async () => {
    if (busy || token.trim() === '') return;
    setBusy(true);
    const result = await session.signIn(token.trim(), name.trim());
    setBusy(false);
    setFailure(result === 'signed-in' ? null : result);
    if (result === 'signed-in') client.retryNow();
  };
  return (
    <form
      className="flex w-full max-w-sm flex-col gap-3 card p-6"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="flex items-center gap-3">
        <Mark className="size-8" />
        <div>
          <h1 className="text-lg font-semibold">{messages.title}</h1>
          <p className="text-sm text-dim">{hostName}</p>
        </div>
      </div>
      {failure !== null && (
        <Callout tone="bad" urgent title={messages.failures[failure].title}>
          {messages.failures[failure].hint}
        </Callout>
      )}
      <div className="flex flex-col gap-1.5">
        <label htmlFor={inputId} className="text-sm font-medium">
          {messages.token}
        </label>
        <input
          id={inputId}
          type="password"
          className="field font-mono"
          autoComplete="current-password"
          aria-describedby={hintId}
          aria-invalid={failure === 'wrong-token'}
          // biome-ignore lint/a11y/noAutofocus: the page holds nothing else, and is shown only to be filled in
          autoFocus
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <p id={hintId} className="text-xs text-dim">
          {messages.hint}
        </p>
      </div>
      <div className="flex flex-col gap-1.5">
        <label htmlFor={nameId} className="text-sm font-medium">
          {messages.name}
        </label>
        <input
          id={nameId}
          type="text"
          className="field"
          autoComplete="nickname"
          maxLength={32}
          aria-describedby={nameHintId}
          aria-invalid={failure === 'bad-name'}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <p id={nameHintId} className="text-xs text-dim">
          {messages.nameHint}
        </p>
      </div>
      <Button tone="primary" type="submit" className="justify-center" disabled={busy}>
        {messages.submit}
      </Button>
    </form>
  );
}
