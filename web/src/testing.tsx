// Draws a part of the page as on the screen, over a server whose answers a test gives.
import { MantineProvider } from '@mantine/core';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { MemoryRouter, Route, Routes } from 'react-router';
import type { Client } from 'urql';
import { Provider } from 'urql';
import { concat, fromValue, never } from 'wonka';
import { theme } from './theme';

export type Answers = Record<string, (variables: Record<string, unknown>) => unknown>;

interface Operation {
  definitions: readonly { kind: string; name?: { value: string } }[];
}

const nameOf = (document: Operation): string =>
  document.definitions.find(d => d.kind === 'OperationDefinition')?.name?.value ?? '';

/** What jsdom lacks of a browser. */
function completeBrowser(): void {
  window.matchMedia = query =>
    ({
      matches: false,
      media: query,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
      addListener: () => undefined,
      removeListener: () => undefined,
    }) as unknown as MediaQueryList;
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
}

/** Draws it; answers what was asked and changed, by the names of the operations. */
export function drawn(part: ReactNode, answers: Answers, at = '/') {
  completeBrowser();
  const asked: [string, Record<string, unknown>][] = [];
  const answer = (document: Operation, variables: Record<string, unknown>) => {
    const name = nameOf(document);
    asked.push([name, variables]);
    const result = { data: answers[name]?.(variables), error: undefined };
    return Object.assign(fromValue(result), { toPromise: () => Promise.resolve(result) });
  };
  const client = {
    query: answer,
    mutation: answer,
    // Told once, if anything; the view stays open.
    executeSubscription: ({ query, variables }: { query: Operation; variables: Record<string, unknown> }) => {
      const tell = answers[nameOf(query)];
      return tell ? concat([fromValue({ data: tell(variables) }), never]) : never;
    },
  } as unknown as Client;
  const view = render(
    <MantineProvider theme={theme} env="test">
      <Provider value={client}>
        <MemoryRouter initialEntries={[at]}>
          <Routes>
            <Route path={at} element={part} />
            <Route path="*" element={<p>Elsewhere</p>} />
          </Routes>
        </MemoryRouter>
      </Provider>
    </MantineProvider>,
  );
  return { ...view, asked };
}
