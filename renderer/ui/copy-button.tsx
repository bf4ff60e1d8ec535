/** Copies a text and says so. */
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button.tsx';

export function CopyButton({
  text,
  label,
  children,
}: {
  text: string;
  label: string;
  children?: ReactNode;
}): ReactNode {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    void copyText(text).then(setCopied);
  };
  return (
    <Button tone="quiet" icon={copied ? 'check' : 'copy'} label={copied ? `Copied` : label} onClick={copy}>
      {children}
    </Button>
  );
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
