// What a file would come to before it is imported, a page of rows at a time.
import { Alert, Button, Group, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useAsk } from '../graph/useAsk';
import { usePages } from '../graph/usePages';
import { Figure, Figures } from '../parts/Figure';
import { LongList } from '../parts/LongList';
import { Sign } from '../parts/Signs';
import { Empty, Failed } from '../parts/States';
import { count, counted, phone, plain } from '../parts/words';
import type { PreviewRow as Row } from './CorrectRow';
import { CorrectRow } from './CorrectRow';
import { previewDocument } from './importDocuments';
import type { Corrections, Reading } from './importDraft';

const OUTCOMES: Record<Row['outcome'], { label: string; color: string }> = {
  CONTACT: { label: 'New contact', color: 'green' },
  DUPLICATE_IN_FILE: { label: 'Twice in the file', color: 'gray' },
  DUPLICATE_KNOWN: { label: 'Here already', color: 'gray' },
  REJECTED: { label: 'Rejected', color: 'red' },
};

/** Most cut cells that are named. */
const CUT_SHOWN = 5;

interface Properties {
  uploadId: string;
  reading: Reading;
  corrections: Corrections;
  correct: (corrections: Corrections) => void;
  busy: boolean;
  run: () => Promise<void>;
  back: () => void;
}

export function ImportPreview(properties: Properties) {
  const { uploadId, reading, corrections, correct, busy, run, back } = properties;
  const [onlyErrors, setOnlyErrors] = useState(false);
  const totals = useAsk(previewDocument, { uploadId, ...reading, corrections, onlyErrors: false, first: 1 });
  const pages = usePages(
    previewDocument,
    { uploadId, ...reading, corrections, onlyErrors },
    data => data.previewImport.rows,
  );
  const [open, setOpen] = useState<Row>();
  const headers = totals.data?.previewImport.headers ?? [];
  const touched = new Set(corrections.cells.map(cell => cell.row)).size;
  const sums = totals.data?.previewImport.totals;
  const broken = totals.data?.previewImport.broken;
  const cut = totals.data?.previewImport.cutCells ?? [];
  const cutCount = totals.data?.previewImport.cutCellCount ?? 0;
  return (
    <Stack>
      {totals.error && <Failed error={totals.error} again={totals.again} />}
      {broken && (
        <Alert color="red" variant="light" title="The file can’t be read to its end">
          {broken}
        </Alert>
      )}
      {cut.length > 0 && (
        <Alert color="yellow" variant="light" title="Some texts are longer than is read">
          {cut.slice(0, CUT_SHOWN).map(cell => (
            <Text size="sm" key={`${cell.row} ${cell.header}`} style={{ overflowWrap: 'anywhere' }}>
              Row {count(cell.row)}, column {cell.header}: the end is left out
            </Text>
          ))}
          {cutCount > CUT_SHOWN && <Text size="sm">and {count(cutCount - CUT_SHOWN)} more</Text>}
        </Alert>
      )}
      {sums && (
        <Figures>
          <Figure name="Rows" value={count(sums.rows)} />
          <Figure
            name="New contacts"
            value={count(sums.created)}
            under={sums.doNotContact ? `${count(sums.doNotContact)} marked “do not contact”` : ''}
          />
          <Figure name="Numbers here already" value={count(sums.duplicates)} />
          <Figure
            name="Rejected"
            value={count(sums.rejected)}
            under={sums.rejected ? 'skipped; a file of them is there afterwards' : ''}
          />
        </Figures>
      )}
      <Switch
        label="Only rows with errors"
        checked={onlyErrors}
        onChange={event => setOnlyErrors(event.currentTarget.checked)}
      />
      {touched + corrections.leaveOut.length > 0 && (
        <Group gap="xs">
          <Text size="sm" role="status">
            {counted(touched, 'row')} corrected, {counted(corrections.leaveOut.length, 'row')} left out. The
            file itself stays as it is; corrections are lost when you leave this page.
          </Text>
          <Button size="compact-sm" variant="default" onClick={() => correct({ cells: [], leaveOut: [] })}>
            Take the corrections back
          </Button>
        </Group>
      )}
      {open && (
        <CorrectRow
          key={open.row}
          row={open}
          headers={headers}
          reading={reading}
          corrections={corrections}
          correct={correct}
          close={() => setOpen(undefined)}
        />
      )}
      <LongList<Row>
        name="Rows of the file"
        pages={pages}
        total={onlyErrors ? sums?.rejected : sums?.rows}
        keyOf={row => String(row.row)}
        height="45vh"
        empty={<Empty title={onlyErrors ? 'No row has errors' : 'No rows'} />}
        columns={[
          { title: 'Row', width: 3, right: true, cell: row => count(row.row) },
          { title: 'Comes to', width: 8, cell: row => <Sign of={OUTCOMES[row.outcome]} /> },
          { title: 'Name', width: 10, cell: row => row.becomes?.name ?? '—' },
          { title: 'Number', width: 8, cell: row => (row.becomes ? phone(row.becomes.phone) : '—') },
          {
            title: 'Address, or what is wrong',
            width: 16,
            cell: row => (
              <>
                {row.error ? (
                  <Text size="sm">
                    {row.field ? `${plain(row.field)}: ` : ''}
                    {row.error}
                  </Text>
                ) : (
                  [row.becomes?.street, row.becomes?.city, row.becomes?.state].filter(Boolean).join(', ') ||
                  '—'
                )}
                {row.becomes?.doNotContact && <Sign of={{ label: 'Do not contact', color: 'red' }} />}
                {row.becomes?.suppressed && <Sign of={{ label: 'On a suppression list', color: 'red' }} />}
              </>
            ),
          },
          {
            title: 'Correct',
            width: 6,
            cell: row => (
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`Correct row ${row.row}`}
                onClick={() => setOpen(row)}
              >
                Correct
              </Button>
            ),
          },
        ]}
      />
      <Group>
        <Button variant="default" onClick={back}>
          Back to the columns
        </Button>
        <Button loading={busy} disabled={!sums} onClick={() => void run()}>
          {sums ? `Import ${count(sums.created)} contacts` : 'Import'}
        </Button>
      </Group>
    </Stack>
  );
}
