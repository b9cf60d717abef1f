// A list from a file: upload, sheet and header row, columns, preview, run. The address keeps where it is.
import { Alert, Button, Group, Paper, Progress, Select, Stack, Text } from '@mantine/core';
import { useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { ContactSource } from '../graph/generated/graphql';
import { useChange } from '../graph/useChange';
import { Sure } from '../parts/Sure';
import { ColumnMatch } from './ColumnMatch';
import { startDocument } from './importDocuments';
import type { Reading } from './importDraft';
import { useImportDraft } from './importDraft';
import { sendFile } from './upload';

const KINDS = '.xlsx,.xlsb,.xls,.ods,.csv,.tsv,.txt,.vcf,.json,.jsonl';

interface Place {
  /** The campaign that the contacts go to; nothing for the contact list alone. */
  campaignId: string | null;
  /** Called when an import has begun. */
  done?: () => void;
}

export function FileImport({ campaignId, done }: Place) {
  const [address, setAddress] = useSearchParams();
  const upload = address.get('upload');
  const [note, setNote] = useState<string>();
  const put = (uploadId: string | null) =>
    setAddress(now => {
      if (uploadId) now.set('upload', uploadId);
      else now.delete('upload');
      return now;
    });
  if (upload) {
    const begun = (repeated: boolean) => {
      setNote(
        repeated ? 'This very list is here already, read in the same way: nothing was done.' : undefined,
      );
      put(null);
      if (!repeated) done?.();
    };
    return (
      <Uploaded
        key={upload}
        uploadId={upload}
        campaignId={campaignId}
        begun={begun}
        other={() => put(null)}
      />
    );
  }
  return (
    <Stack>
      {note && (
        <Alert color="blue" variant="light" role="status">
          {note}
        </Alert>
      )}
      <DropPlace done={put} />
    </Stack>
  );
}

interface Properties {
  uploadId: string;
  campaignId: string | null;
  /** The import has begun, or the same one was there already. */
  begun: (repeated: boolean) => void;
  other: () => void;
}

function Uploaded({ uploadId, campaignId, begun, other }: Properties) {
  const [draft, change] = useImportDraft(uploadId);
  const start = useChange(startDocument);
  const run = async ({ sheet, headerRow, mapping }: Reading) => {
    const { source, corrections, keepAs } = draft;
    const saveMappingAs = keepAs.trim() || null;
    const variables = { uploadId, campaignId, source, sheet, headerRow, mapping, corrections, saveMappingAs };
    const done = await start.run(variables);
    if (done) begun(done.repeated);
  };
  const isWorkedOn =
    draft.mapping !== null || draft.corrections.cells.length + draft.corrections.leaveOut.length > 0;
  return (
    <Stack>
      <Group align="flex-end" justify="space-between">
        <Select
          label="What the list is"
          allowDeselect={false}
          data={[
            { value: 'TITLE_REP', label: 'A title company’s list' },
            { value: 'GOOGLE_CONTACTS', label: 'An export of Google Contacts' },
            { value: 'MOJO_DIALER', label: 'An export of Mojo Dialer' },
            { value: 'CSV_IMPORT', label: 'Any other file' },
          ]}
          value={draft.source}
          onChange={value => change({ source: (value ?? 'TITLE_REP') as ContactSource })}
        />
        {isWorkedOn ? (
          <Sure
            label="Choose another file"
            title="Choose another file?"
            does="Choose another file"
            run={() => Promise.resolve(other() ?? true)}
          >
            The columns that you chose and the rows that you corrected are lost.
          </Sure>
        ) : (
          <Button variant="default" onClick={other}>
            Choose another file
          </Button>
        )}
      </Group>
      <ColumnMatch uploadId={uploadId} draft={draft} change={change} busy={start.busy} run={run} />
    </Stack>
  );
}

function DropPlace({ done }: { done: (uploadId: string) => void }) {
  const [sent, setSent] = useState<number>();
  const [problem, setProblem] = useState<string>();
  const [isOver, setOver] = useState(false);
  const stop = useRef<AbortController>(null);
  const input = useRef<HTMLInputElement>(null);
  const send = async (file: File | undefined) => {
    if (!file) return;
    setProblem(undefined);
    setSent(0);
    stop.current = new AbortController();
    try {
      const { uploadId } = await sendFile(file, setSent, stop.current.signal);
      done(uploadId);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'try again');
    }
    setSent(undefined);
  };
  return (
    <Stack>
      {problem && (
        <Alert color="red" variant="light" role="alert" title="The file was not taken">
          {problem}
        </Alert>
      )}
      {sent === undefined ? (
        <div
          className="drop-place"
          data-over={isOver || undefined}
          onDragOver={event => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={event => {
            event.preventDefault();
            setOver(false);
            void send(event.dataTransfer.files[0]);
          }}
          role="group"
          aria-label="Contact list"
        >
          <Text mb="sm">Drop a contact list here, or</Text>
          <Button onClick={() => input.current?.click()}>Choose a file</Button>
          <input
            ref={input}
            type="file"
            hidden
            accept={KINDS}
            aria-label="Contact list file"
            onChange={event => {
              void send(event.currentTarget.files?.[0]);
              event.currentTarget.value = '';
            }}
          />
          <Text size="sm" c="dimmed" mt="sm">
            Excel, OpenDocument, CSV, vCard or JSON, up to 512 MB. Banner lines above the header do no harm.
          </Text>
        </div>
      ) : (
        <Paper withBorder p="md">
          <Text mb="xs" role="status">
            Sending the file: {Math.round(100 * sent)} %
          </Text>
          <Progress value={100 * sent} aria-label="Sending the file" />
          <Button mt="sm" size="xs" variant="default" onClick={() => stop.current?.abort()}>
            Stop
          </Button>
        </Paper>
      )}
    </Stack>
  );
}
