/**
 * The question before people are disconnected because the last window of the desktop app is closed or the app quits, and
 * what the app has to say once. Main asks and gives the words; in a browser there is nobody who asks.
 */
import { type ReactNode, useEffect, useState } from 'react';
import type { LeaveAnswer, LeaveQuestion } from '../../contract/window-bridge.ts';
import { useScreen } from '../model/host-context.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';

export function LeaveDialog(): ReactNode {
  const screen = useScreen();
  const [question, setQuestion] = useState<LeaveQuestion | null>(null);
  useEffect(() => {
    const desktop = window.signalboxDesktop;
    if (desktop === undefined) return;
    const end = desktop.onMessage((message) => {
      if (message.type === 'question') setQuestion(message.question);
      else screen.notify(null, 'info', message.text);
    });
    void desktop.tell({ type: 'ready' });
    return end;
  }, [screen]);
  // Main asks in another way where nobody says that the question is on the screen.
  useEffect(() => {
    if (question !== null) void window.signalboxDesktop?.tell({ type: 'shown', id: question.id });
  }, [question]);
  const answer = (chosen: LeaveAnswer) => () => {
    setQuestion(null);
    if (question !== null)
      void window.signalboxDesktop?.tell({ type: 'answer', id: question.id, answer: chosen });
  };
  return (
    <ConfirmDialog
      confirmation={
        question === null
          ? null
          : {
              title: question.title,
              impact: question.text,
              action: question.quit,
              alternative:
                question.hide === null ? null : { action: question.hide, onChoose: answer('hide') },
              typed: null,
            }
      }
      onCancel={answer('cancel')}
      onConfirm={answer('quit')}
    />
  );
}
