// @vitest-environment happy-dom
/** Pages whose code comes later. */
import { act, cleanup, render, screen } from '@testing-library/react';
import { type ReactNode, Suspense } from 'react';
import { afterEach, expect, it } from 'vitest';
import { pagePart } from './page-part.tsx';

afterEach(cleanup);

const Hello = ({ name }: { name: string }): ReactNode => <p>Hello {name}</p>;

it('waits for the code of a page, then shows it; once it is there it is shown at once', async () => {
  let arrive = (): void => {};
  let fetched = 0;
  const part = pagePart<{ name: string }>(() => {
    fetched++;
    return new Promise((resolve) => {
      arrive = () => resolve(Hello);
    });
  });
  const shown = (name: string) => (
    <Suspense fallback="waits">
      <part.Page name={name} />
    </Suspense>
  );
  const view = await act(async () => render(shown('Ann')));
  expect(view.container.textContent).toBe('waits');
  await act(async () => arrive());
  expect(screen.getByText('Hello Ann')).toBeTruthy();
  cleanup();
  expect(render(shown('Bob')).container.textContent).toBe('Hello Bob');
  expect(fetched).toBe(1);
});

it('tries again where the code could not be fetched', async () => {
  const answers = [Promise.reject(new Error('gone')), Promise.resolve(Hello)];
  const part = pagePart<{ name: string }>(() => answers.shift()!);
  await expect(part.load()).rejects.toThrow('gone');
  await part.load();
  await part.load();
  expect(render(<part.Page name="Cid" />).container.textContent).toBe('Hello Cid');
});
