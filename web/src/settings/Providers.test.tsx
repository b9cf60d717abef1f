// The providers are asked again on demand, and the screen says so.
import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { Viewer } from '../shell/viewer';
import { ViewerContext } from '../shell/viewer';
import { drawn } from '../testing';
import { Providers } from './Providers';

afterEach(cleanup);

test('who asks again can’t ask once more before they have answered', async () => {
  let times = 0;
  drawn(
    <ViewerContext value={{ role: 'ADMIN' } as Viewer}>
      <Providers />
    </ViewerContext>,
    {
      ProviderChecks: () => {
        times += 1;
        return { providerChecks: [{ provider: 'Groq', works: true, said: `Asked ${times} times` }] };
      },
    },
  );
  const button = screen.getByRole('button', { name: 'Ask again' });
  const isAsking = () => [button.getAttribute('aria-busy'), button.hasAttribute('disabled')];
  expect(isAsking()).toEqual(['true', true]);
  await screen.findByText('Asked 1 times');
  expect(isAsking()).toEqual(['false', false]);
  // As it stands between the click and the answer.
  act(() => {
    fireEvent.click(button);
  });
  expect(isAsking()).toEqual(['true', true]);
  expect(screen.getByText('They are being asked…')).toBeTruthy();
  await screen.findByText('Asked 2 times');
  await waitFor(() => expect(isAsking()).toEqual(['false', false]));
});
