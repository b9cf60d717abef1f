// What the columns of a file hold: sheet, header row, our guess for each column with two of its values.
import { Alert, Button, Group, NumberInput, Paper, Select, Stack, Table, Text, Title } from '@mantine/core';
import type { InspectUploadQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { Sure } from '../parts/Sure';
import { Shown } from '../parts/States';
import { count } from '../parts/words';
import { ImportPreview } from './ImportPreview';
import { KeptColumns } from './KeptColumns';
import { inspectDocument } from './importDocuments';
import type { ImportDraft, Reading } from './importDraft';

type Inspection = InspectUploadQuery['inspectUpload'];

const GUESSES: Record<Inspection['columns'][number]['guess'], string> = {
  CHOSEN: 'your choice',
  EXACT: 'known header',
  REMEMBERED: 'chosen before',
  SIMILAR: 'similar header',
  CONTENT: 'looks like it',
  UNKNOWN: '',
};

const PHONES = ['phone', 'mobile_phone', 'home_phone', 'work_phone'];

interface Properties {
  uploadId: string;
  draft: ImportDraft;
  change: (some: Partial<ImportDraft>) => void;
  busy: boolean;
  run: (reading: Reading) => Promise<void>;
}

export function ColumnMatch({ uploadId, draft, change, busy, run }: Properties) {
  const { sheet, headerRow, mapping: chosen } = draft;
  const asked = useAsk(inspectDocument, { uploadId, sheet, headerRow, mapping: chosen });
  return (
    <Shown asked={asked} what="the file">
      {({ inspectUpload: found }) => {
        const mapping = found.mapping.map(({ header, field }) => ({ header, field }));
        const settled: Reading = { sheet: found.sheet ?? null, headerRow: found.headerRow, mapping };
        if (draft.isPreview) {
          return (
            <ImportPreview
              uploadId={uploadId}
              reading={settled}
              corrections={draft.corrections}
              correct={corrections => change({ corrections })}
              busy={busy}
              run={() => run(settled)}
              back={() => change({ isPreview: false })}
            />
          );
        }
        const hasPhone = mapping.some(c => PHONES.includes(c.field) || c.field.includes('phone'));
        return (
          <Stack>
            <Paper withBorder p="md">
              <Title order={2} size="h4" mb="xs">
                What is in the file
              </Title>
              <Text size="sm" mb="sm">
                {found.format.toUpperCase()}, {found.description}
                {found.estimatedRows != null &&
                  `, ${found.rowsAreCounted ? '' : 'about '}${count(found.estimatedRows)} rows`}
              </Text>
              <Group align="flex-end">
                {found.sheets.length > 1 && (
                  <Select
                    label="Sheet"
                    allowDeselect={false}
                    data={found.sheets}
                    value={found.sheet ?? null}
                    onChange={other => change({ sheet: other, headerRow: null, mapping: null })}
                  />
                )}
                <NumberInput
                  label="Header row"
                  description="The row that names the columns; 0 when none does"
                  min={0}
                  value={found.headerRow}
                  onChange={value => {
                    const row = Number(value);
                    if (value !== '' && row !== found.headerRow) change({ headerRow: row, mapping: null });
                  }}
                />
              </Group>
            </Paper>
            {found.warnings.map(warning => (
              <Alert key={warning.code} color="yellow" variant="light">
                {warning.message}
              </Alert>
            ))}
            <KeptColumns
              headers={found.columns.map(column => column.header)}
              draft={draft}
              choose={columns => change({ ...settled, mapping: columns })}
              keepAs={keepAs => change({ keepAs })}
            />
            <Columns found={found} choose={columns => change({ ...settled, mapping: columns })} />
            <Group>
              {hasPhone ? (
                <Button onClick={() => change({ isPreview: true })}>Preview</Button>
              ) : (
                <Sure
                  label="Preview"
                  title="No column is a phone number"
                  does="Preview anyway"
                  color="orange"
                  variant="filled"
                  run={() => Promise.resolve(change({ isPreview: true }) ?? true)}
                >
                  Every contact needs a phone number. Without one, every row is rejected. Choose which column
                  holds it.
                </Sure>
              )}
            </Group>
          </Stack>
        );
      }}
    </Shown>
  );
}

function Columns({
  found,
  choose,
}: {
  found: Inspection;
  choose: (mapping: { header: string; field: string }[]) => void;
}) {
  const groups = [...new Set(found.fields.map(f => f.group))];
  const choices = groups.map(group => ({
    group,
    items: found.fields.filter(f => f.group === group).map(f => ({ value: f.name, label: f.label })),
  }));
  const known = new Set(found.fields.map(f => f.name));
  const own = found.columns.flatMap(c => (c.field && !known.has(c.field) ? [c.field] : []));
  if (own.length > 0)
    choices.push({ group: 'Template variables', items: own.map(f => ({ value: f, label: f })) });
  const set = (header: string, field: string | null) => {
    // A field that is used elsewhere is freed there.
    const others = found.mapping
      .filter(c => c.header !== header && c.field !== field)
      .map(c => ({ header: c.header, field: c.field }));
    choose(field ? [...others, { header, field }] : others);
  };
  return (
    <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing="xs" aria-label="Columns">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Column of the file</Table.Th>
            <Table.Th>Our field</Table.Th>
            <Table.Th>Why</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {found.columns.map(column => (
            <Table.Tr key={column.header}>
              <Table.Td>
                <Text size="sm" fw={600}>
                  {column.header}
                </Text>
                <Text size="xs" c="dimmed" lineClamp={1}>
                  {column.samples.slice(0, 2).join(' · ') || 'no values'}
                </Text>
              </Table.Td>
              <Table.Td>
                <Select
                  aria-label={`Field for ${column.header}`}
                  placeholder="Do not import"
                  searchable
                  clearable
                  clearButtonProps={{ 'aria-label': `Do not import ${column.header}` }}
                  data={choices}
                  value={column.field ?? null}
                  onChange={field => set(column.header, field)}
                />
              </Table.Td>
              <Table.Td>
                <Text size="sm" c="dimmed">
                  {GUESSES[column.guess]}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
