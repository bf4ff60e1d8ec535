/** Copies a text and says so. */
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button.tsx';

const COPIED = 'Copied';

export function CopyButton({
  text,
  label,
  children,
}: {
  text: string;
  label: string;
  children?: ReactNode;
}): ReactNode {
  const [copied, copy] = useCopied(text);
  return (
    <Button tone="quiet" icon={copied ? 'check' : 'copy'} label={copied ? COPIED : label} onClick={copy}>
      {children}
    </Button>
  );
}

/** A short text of code that is copied by a press on it, where a button of its own has no room. */
export function CopyText({
  text,
  label,
  title,
  children,
  end,
}: {
  text: string;
  label: string;
  title: string;
  /** What is cut where there is no room for it. */
  children: string;
  /** What follows and is never cut. */
  end?: string;
}): ReactNode {
  const [copied, copy] = useCopied(text);
  return (
    <button
      type="button"
      aria-label={copied ? COPIED : label}
      title={title}
      onClick={copy}
      className="inline-flex h-6 max-w-36 items-center rounded-md px-1 text-left font-mono text-sm hover:bg-hover"
    >
      <span className="truncate">{copied ? COPIED : children}</span>
      {!copied && end}
    </button>
  );
}

/** Whether the text was copied just now, and what copies it. */
function useCopied(text: string): readonly [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, () => void copyText(text).then(setCopied)];
}

/** Puts a text on the clipboard; false where the browser does not let it. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS, other than on this machine, a browser has no clipboard for pages: the old way still works.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}
