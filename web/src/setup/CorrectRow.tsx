// One row of a file, corrected before it is imported: its cells that are read, or the row left out.
import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { PreviewImportQuery } from '../graph/generated/graphql';
import { plain } from '../parts/words';
import type { Corrections, Reading } from './importDraft';
import { corrected } from './importDraft';

export type PreviewRow = PreviewImportQuery['previewImport']['rows']['nodes'][number];

interface Properties {
  row: PreviewRow;
  headers: string[];
  reading: Reading;
  corrections: Corrections;
  correct: (corrections: Corrections) => void;
  close: () => void;
}

export function CorrectRow({ row, headers, reading, corrections, correct, close }: Properties) {
  const were = new Map(headers.map((header, n) => [header, row.cells[n] ?? '']));
  const [values, setValues] = useState<ReadonlyMap<string, string>>(were);
  const fields = new Map((reading.mapping ?? []).map(column => [column.header, column.field]));
  const read = headers.filter(header => fields.has(header));
  const save = () => {
    correct(corrected(corrections, row.row, were, values));
    close();
  };
  const leaveOut = () => {
    const { cells, leaveOut: rows } = corrections;
    correct({ cells: cells.filter(cell => cell.row !== row.row), leaveOut: [...rows, row.row] });
    close();
  };
  return (
    <Modal opened onClose={close} title={`Row ${row.row} of the file`} size="lg">
      <form
        onSubmit={event => {
          event.preventDefault();
          save();
        }}
      >
        <Stack>
          {row.error && (
            <Alert color="red" variant="light">
              {row.field ? `${plain(row.field)}: ` : ''}
              {row.error}
            </Alert>
          )}
          {read.map(header => (
            <TextInput
              key={header}
              label={header}
              description={plain(fields.get(header) ?? '')}
              data-autofocus={fields.get(header) === row.field || undefined}
              value={values.get(header) ?? ''}
              onChange={event => {
                const { value } = event.currentTarget;
                setValues(now => new Map(now).set(header, value));
              }}
            />
          ))}
          <Group justify="space-between">
            <Button variant="default" onClick={leaveOut}>
              Leave this row out
            </Button>
            <Group>
              <Button variant="default" onClick={close}>
                Keep as it is
              </Button>
              <Button type="submit">Correct it</Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
