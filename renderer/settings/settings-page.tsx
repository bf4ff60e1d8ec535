/** Appearance, the configuration file, and what this host is. */
import { type ReactNode, useId } from 'react';
import { useStore } from 'zustand';
import { formatDateTime } from '../format/times.ts';
import { keyChoice, setSingleKeys } from '../keys/key-choice.ts';
import { openKeyList } from '../keys/key-list-store.ts';
import { LOOK_CHOICES, type Look, lookStore, setLook } from '../look/look.ts';
import { useHost, useHostState, useMay } from '../model/host-context.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { SegmentedControl } from '../ui/segmented-control.tsx';
import { ConfigSection } from './config-section.tsx';
import { messages } from './messages.ts';
import { SessionSection } from './session-section.tsx';
import { SessionsSection } from './sessions-section.tsx';

export function SettingsPage(): ReactNode {
  const { session } = useHost();
  const mayEnd = useMay('session.end');
  return (
    <div className="page mx-auto w-full max-w-form">
      <PageHeader title={messages.title} />
      <Section title={messages.appearance}>
        <LookChoice part="theme" />
        <LookChoice part="contrast" />
        <LookChoice part="density" />
      </Section>
      {session !== null && (
        <Section title={messages.session}>
          <SessionSection session={session} />
        </Section>
      )}
      {mayEnd && (
        <Section title={messages.sessions}>
          <SessionsSection />
        </Section>
      )}
      <Section title={messages.config}>
        <ConfigSection />
      </Section>
      <Section title={messages.keyboard}>
        <KeyChoice />
      </Section>
      <Section title={messages.about}>
        <About />
      </Section>
    </div>
  );
}

/** A part of the look, remembered on this machine. */
function LookChoice({ part }: { part: keyof Look }): ReactNode {
  const chosen = useStore(lookStore, (state) => state.chosen[part]);
  const { title, choices } = messages.look[part];
  return (
    <Fact name={title}>
      <SegmentedControl
        label={title}
        options={LOOK_CHOICES[part].map((value) => ({ value, label: choices[value] ?? value }))}
        value={chosen}
        onChange={(value) => setLook({ [part]: value })}
      />
    </Fact>
  );
}

/** Whether single keys do anything, and the list of all keys. */
function KeyChoice(): ReactNode {
  const { singleKeys } = useStore(keyChoice);
  return (
    <>
      <Fact name={messages.singleKeys}>
        <SegmentedControl
          label={messages.singleKeys}
          options={[
            { value: 'on', label: messages.on },
            { value: 'off', label: messages.off },
          ]}
          value={singleKeys ? 'on' : 'off'}
          onChange={(value) => setSingleKeys(value === 'on')}
        />
      </Fact>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 text-sm">
        <p className="text-dim">{messages.singleKeysHint}</p>
        <Button onClick={openKeyList}>{messages.allKeys}</Button>
      </div>
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }): ReactNode {
  const headingId = useId();
  return (
    <section aria-labelledby={headingId} className="card">
      <h2 id={headingId} className="heading-section border-b border-line px-4 py-2.5">
        {title}
      </h2>
      <div className="flex flex-col gap-2.5 px-4 py-3">{children}</div>
    </section>
  );
}

/** A name and what stands for it, in one line. */
function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <div className="flex min-h-row flex-wrap items-center justify-between gap-x-6 gap-y-1 text-sm">
      <span className="text-dim">{name}</span>
      <span className="flex min-w-0 items-center gap-1 break-all">{children}</span>
    </div>
  );
}

function About(): ReactNode {
  const host = useHostState((state) => state.host);
  if (host === null) return null;
  return (
    <>
      <Fact name={messages.version}>{host.version}</Fact>
      <Fact name={messages.host}>{messages.hosts[host.host]}</Fact>
      <Fact name={messages.role}>{host.role}</Fact>
      <Fact name={messages.runtime}>{host.runtime}</Fact>
      <Fact name={messages.platform}>{host.platform}</Fact>
      <Fact name={messages.pid}>{host.pid}</Fact>
      <Fact name={messages.started}>{formatDateTime(host.startedAt)}</Fact>
      <Fact name={messages.dataDir}>
        <code className="font-mono text-xs">{host.dataDir}</code>
        <CopyButton text={host.dataDir} label={`Copy ${host.dataDir}`} />
      </Fact>
    </>
  );
}
