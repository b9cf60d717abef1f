// Many scripts at once: the whole queue only after some were read.
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { ScriptWholeFragment } from '../graph/generated/graphql';
import { drawn } from '../testing';
import { BulkReview } from './BulkReview';
import type { useReview } from './useReview';

afterEach(cleanup);

const scripts = ['Ada', 'Bo', 'Cy', 'Di'].map(
  name =>
    ({
      id: `script:${name}`,
      contact: { name },
      text: `Hello ${name}`,
      review: 'PENDING',
      lint: null,
    }) as unknown as ScriptWholeFragment,
);

test('a script that was read stays read when it is closed, and the queue is named by its size', () => {
  const review = {} as ReturnType<typeof useReview>;
  drawn(
    <BulkReview
      scripts={scripts}
      hasMore
      more={() => undefined}
      filter={{ review: 'PENDING' }}
      total={950}
      review={review}
    />,
    {},
  );
  const all = screen.getByRole('button', { name: 'Approve the whole queue: 950 scripts' });
  expect(all).toHaveProperty('disabled', true);
  for (const name of ['Ada', 'Bo', 'Cy']) {
    const read = screen.getByRole('button', { name: `Read the script for ${name}` });
    fireEvent.click(read);
    fireEvent.click(read);
  }
  expect(all).toHaveProperty('disabled', false);
});
