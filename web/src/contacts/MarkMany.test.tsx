// Many contacts are marked at once.
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { drawn } from '../testing';
import { MarkMany } from './MarkMany';

afterEach(cleanup);

const ids = ['contact:1', 'contact:2', 'contact:3', 'contact:4', 'contact:5', 'contact:6'];

async function mark(): Promise<void> {
  fireEvent.click(screen.getByRole('button', { name: 'Do not contact' }));
  fireEvent.change(await screen.findByLabelText(/^Why/), { target: { value: 'They asked for it' } });
  fireEvent.click(screen.getByRole('button', { name: 'Mark 6 contacts' }));
}

test('each is marked with the reason, and picked no longer', async () => {
  const done = vi.fn<(marked: string[]) => void>();
  const { asked } = drawn(<MarkMany ids={ids} done={done} />, {
    MarkDoNotContact: () => ({ it: { __typename: 'ContactChanged' } }),
  });
  await mark();
  await waitFor(() => expect(done).toHaveBeenCalledWith(ids));
  expect(asked.filter(([name]) => name === 'MarkDoNotContact')).toEqual(
    ids.map(id => ['MarkDoNotContact', { id, reason: 'They asked for it' }]),
  );
});

test('those that were not marked stay picked', async () => {
  const done = vi.fn<(marked: string[]) => void>();
  drawn(<MarkMany ids={ids} done={done} />, {
    MarkDoNotContact: ({ id }) => ({
      it: id === 'contact:1' ? { __typename: 'ContactChanged' } : { __typename: 'Refusal', message: 'No' },
    }),
  });
  await mark();
  await waitFor(() => expect(done).toHaveBeenCalledWith(['contact:1']));
});
