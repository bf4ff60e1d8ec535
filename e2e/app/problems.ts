/** Collects what a page must never do, so that every spec fails on it: uncaught errors and policy violations. */
import type { ConsoleMessage, Page } from '@playwright/test';

/**
 * Adds a line to `problems` for each uncaught error and each violation of the content security policy of `page`, those
 * included that came before Playwright had told of the page.
 */
export async function collectProblems(page: Page, problems: string[]): Promise<void> {
  const ofError = (error: Error) => `uncaught: ${error.stack ?? error.message}`;
  const ofMessage = (message: ConsoleMessage) =>
    /content security policy/i.test(message.text()) ? [`policy: ${message.text()}`] : [];
  page.on('pageerror', (error) => problems.push(ofError(error)));
  page.on('console', (message) => problems.push(...ofMessage(message)));
  const [errors, messages] = await Promise.all([page.pageErrors(), page.consoleMessages()]);
  for (const problem of [...errors.map(ofError), ...messages.flatMap(ofMessage)]) {
    if (!problems.includes(problem)) problems.push(problem);
  }
}
