// @vitest-environment happy-dom
/** Pages whose code comes later. */
import { act, cleanup, render, screen } from '@testing-library/react';
import { Component, type ReactNode, Suspense } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { pagePart } from './page-part.tsx';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

class Guard extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };
  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }
  override render(): ReactNode {
    return this.state.error === null ? this.props.children : String(this.state.error);
  }
}

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

it('throws what kept it from being fetched, once, and tries again when it is asked to', async () => {
  let fetched = 0;
  const part = pagePart<{ name: string }>(async () => {
    fetched++;
    if (fetched === 1) throw new Error('gone');
    return Hello;
  });
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const view = await act(async () =>
    render(
      <Guard>
        <Suspense>
          <part.Page name="Cid" />
        </Suspense>
      </Guard>,
    ),
  );
  expect([view.container.textContent, fetched]).toEqual(['Error: gone', 1]);
  cleanup();
  await part.load();
  await part.load();
  expect(render(<part.Page name="Cid" />).container.textContent).toBe('Hello Cid');
  expect(fetched).toBe(2);
});
