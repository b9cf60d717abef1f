// One import, live: how far it is, what came of it, the rejected rows as a file, stopping and undoing.
import { Alert, Anchor, Group, Paper, Stack, Text } from '@mantine/core';
import { useSubscription } from 'urql';
import type { ImportWholeFragment } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { LongJob, usePaceSeen } from '../parts/LongJob';
import { Sign, When } from '../parts/Signs';
import { Failed, Loading } from '../parts/States';
import { Sure } from '../parts/Sure';
import { count, counted, importStatuses, sources } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { cancelImportDocument, importDocument, importLive, undoImportDocument } from './importDocuments';

/** How far an import is taken back. */
function Undoing({ name, removed, created }: { name: string; removed: number; created: number }) {
  const { perSecond, secondsLeft } = usePaceSeen(removed, created > 0 ? removed / created : 0);
  return (
    <LongJob
      title={`Undoing ${name}`}
      unit="contacts taken out"
      done={removed}
      total={created}
      perSecond={perSecond}
      secondsLeft={secondsLeft}
    >
      <Text size="sm">Those that were used since stay.</Text>
    </LongJob>
  );
}

export function ImportCard({ id, start }: { id: string; start?: ImportWholeFragment }) {
  const { mayWrite } = useViewer();
  const asked = useAsk(importDocument, { id });
  const read = asked.data?.import ?? start;
  // Of one that has ended nothing more is told.
  const isUnderWay = read?.status === 'RUNNING' || read?.status === 'UNDOING';
  const [live] = useSubscription({ query: importLive, variables: { importId: id }, pause: !isUnderWay });
  const told = live.data?.importProgress;
  const at = told && (!read || told.updatedAt >= read.updatedAt) ? told : read;
  const cancel = useChange(cancelImportDocument);
  const undo = useChange(undoImportDocument);
  if (!at)
    return asked.error ? <Failed error={asked.error} again={asked.again} /> : <Loading what="the import" />;
  const name = at.fileName ?? sources[at.source];
  const results = [
    counted(at.created, 'new contact'),
    `${counted(at.duplicates, 'row')} with a number that was there${at.filled ? ` (${count(at.filled)} filled blanks)` : ''}`,
    `${count(at.rejected)} rejected`,
    at.doNotContact ? `${count(at.doNotContact)} marked “do not contact”` : '',
    at.suppressed ? `${count(at.suppressed)} on a suppression list` : '',
  ].filter(Boolean);
  const rejected = at.rejected > 0 && (
    <Anchor href={at.rejectedCsv} download size="sm">
      Download the {counted(at.rejected, 'rejected row')} as CSV
    </Anchor>
  );
  if (at.status === 'UNDOING')
    return <Undoing name={name} removed={at.undone?.removed ?? 0} created={at.created} />;
  if (at.status === 'RUNNING') {
    return (
      <LongJob
        title={`Importing ${name}`}
        unit="rows"
        done={at.rows}
        fraction={at.progress.fraction ?? null}
        perSecond={at.progress.rowsPerSecond}
        secondsLeft={at.progress.secondsLeft}
      >
        <Text size="sm">{results.join(' · ')}</Text>
        {mayWrite && (
          <Group>
            <Sure
              label="Stop"
              title="Stop this import?"
              does="Stop the import"
              size="xs"
              run={() => cancel.run({ importId: id })}
            >
              {count(at.created)} contacts that it made stay; they can be taken back afterwards.
            </Sure>
          </Group>
        )}
      </LongJob>
    );
  }
  const isUndoable = ['COMPLETED', 'FAILED', 'CANCELLED'].includes(at.status) && at.source !== 'DATABASE';
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <Group justify="space-between">
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Sign of={importStatuses[at.status]} />
        </Group>
        <Text size="sm" className="figures">
          {counted(at.rows, 'row')}: {results.join(' · ')}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          {at.sheet ? `Sheet ${at.sheet} · ` : ''}
          {at.headerRow ? `header row ${at.headerRow} · ` : ''}
          <When at={at.finishedAt ?? at.startedAt} />
        </Text>
        {at.error && (
          <Alert color="red" variant="light" title="It did not go through">
            {at.error}
          </Alert>
        )}
        {at.undone && (
          <Text size="sm">
            Undone: {counted(at.undone.removed, 'contact')} taken out, {count(at.undone.kept)} kept because
            they were used since.
          </Text>
        )}
        <Group>
          {rejected}
          {mayWrite && isUndoable && (
            <Sure
              label="Undo the import"
              title="Undo this import?"
              does="Undo the import"
              size="xs"
              run={() => undo.run({ importId: id })}
            >
              The {count(at.created)} contacts that it made are taken out again, except those that were used
              since: edited, marked, reviewed, sent to, or taken in by another list.
            </Sure>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}
