// What can be done to many contacts at once.
import { Group, Paper, Progress, Text } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../graph/useChange';
import { Sure } from '../parts/Sure';
import { counted } from '../parts/words';
import { RecordConsent } from './RecordConsent';
import { markDocument } from './documents';

export function MarkMany({ ids, done }: { ids: string[]; done: () => void }) {
  const mark = useChange(markDocument);
  const [at, setAt] = useState<number>();
  const run = async (reason: string) => {
    for (const [n, id] of ids.entries()) {
      setAt(n);
      if (!(await mark.run({ id, reason }))) {
        setAt(undefined);
        return undefined;
      }
    }
    setAt(undefined);
    done();
    return true;
  };
  return (
    <Paper withBorder p="sm" mb="sm" role="region" aria-label="Picked contacts">
      <Group>
        <Text size="sm">{counted(ids.length, 'contact')} picked</Text>
        <RecordConsent ids={ids} />
        <Sure
          label="Do not contact"
          title="Never contact them again?"
          does={`Mark ${counted(ids.length, 'contact')}`}
          reason="Why"
          run={run}
        >
          No campaign sends to them from now on, also those that are under way. It can be lifted with a
          reason.
          {at !== undefined && <Progress mt="sm" value={(100 * at) / ids.length} aria-label="Marking" />}
        </Sure>
      </Group>
    </Paper>
  );
}
