// Loading a file of numbers: a registry's, a state's, a vendor's. The version in force stays until all of the new one is read.
import { Button, Checkbox, FileInput, Group, Paper, Select, Stack, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { stateChoices } from '../parts/postalCodes';
import type { ListKind } from '../graph/generated/graphql';
import { useChange } from '../graph/useChange';
import { sendFile } from '../setup/upload';
import { loadListDocument } from './documents';
import { listKinds } from './listKinds';

export function LoadList() {
  const load = useChange(loadListDocument);
  const [file, setFile] = useState<File | null>(null);
  const [kind, setKind] = useState<ListKind>('FEDERAL_DNC');
  const [state, setState] = useState<string | null>(null);
  const [version, setVersion] = useState('');
  const [obtained, setObtained] = useState('');
  const [san, setSan] = useState('');
  const [isChange, setChange] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [sent, setSent] = useState<number>();
  const submit = async () => {
    if (!file) return setProblem('choose a file');
    setProblem(undefined);
    setSent(0);
    try {
      const { uploadId } = await sendFile(file, setSent, new AbortController().signal);
      const done = await load.run({
        file: {
          uploadId,
          kind,
          state: kind === 'STATE_DNC' ? state : null,
          version: version.trim(),
          obtainedAt: new Date(obtained).toISOString(),
          san: kind === 'FEDERAL_DNC' ? san.trim() : null,
          isChange,
        },
      });
      if (done) {
        notifications.show({
          message: 'The list is being loaded; the one in force stays until then.',
          role: 'status',
        });
        setFile(null);
        setVersion('');
      }
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'try again');
    }
    setSent(undefined);
  };
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Load a list from a file
      </Title>
      <form
        onSubmit={event => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap="sm">
          <FileInput
            label="File"
            description="A number a line, a registry’s flat file, or a table with a column called phone; also packed in a zip"
            placeholder="Choose a file"
            accept=".txt,.csv,.tsv,.zip"
            required
            value={file}
            onChange={setFile}
            error={problem}
          />
          <Group align="flex-end">
            <Select
              label="Which list"
              allowDeselect={false}
              data={Object.entries(listKinds).map(([value, label]) => ({ value, label }))}
              value={kind}
              onChange={value => setKind((value ?? 'FEDERAL_DNC') as ListKind)}
            />
            {kind === 'STATE_DNC' && (
              <Select
                label="State"
                required
                searchable
                data={stateChoices}
                value={state}
                onChange={setState}
              />
            )}
            {kind === 'FEDERAL_DNC' && (
              <TextInput
                label="Your subscription account number (SAN)"
                required
                value={san}
                onChange={e => setSan(e.currentTarget.value)}
              />
            )}
            <TextInput
              label="Version"
              placeholder="2026-11"
              required
              value={version}
              onChange={e => setVersion(e.currentTarget.value)}
            />
            <TextInput
              label="Obtained"
              type="datetime-local"
              required
              value={obtained}
              onChange={e => setObtained(e.currentTarget.value)}
            />
          </Group>
          <Checkbox
            label="It holds only what has changed since the version in force"
            checked={isChange}
            onChange={e => setChange(e.currentTarget.checked)}
          />
          <Group>
            <Button type="submit" loading={sent !== undefined || load.busy}>
              Load it
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
