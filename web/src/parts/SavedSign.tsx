// Whether what was typed is saved, or why not.
import { Text } from '@mantine/core';
import type { Saved } from '../graph/useAutosave';

export function SavedSign({ saved }: { saved: Saved }) {
  const problem = typeof saved === 'object';
  return (
    <Text size="sm" c={problem ? 'var(--mantine-color-error)' : 'dimmed'} role="status">
      {saved === 'saving' ? 'Saving…' : problem ? `Not saved: ${saved.problem}` : 'Saved'}
    </Text>
  );
}
