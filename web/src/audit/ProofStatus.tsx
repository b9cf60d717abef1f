// Whether a history is still what was recorded, beside it; and the checkpoint that proves it, to be kept elsewhere.
import { Alert, Anchor, Code, CopyButton, Group, Paper, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { count, when } from '../parts/words';
import type { Proof } from './proofWords';
import { proofWords } from './proofWords';

const proofDocument = graphql(`
  query ContactProof($id: ID!, $minPosition: Position) {
    contact(id: $id, minPosition: $minPosition) {
      proof {
        state
        provenEvents
        newerEvents
        key
        note
        checkpoint {
          events
          signedAt
          keyId
        }
        broken {
          message
        }
        refusal {
          reason
        }
      }
    }
  }
`);

export function ProofStatus({ contactId }: { contactId: string }) {
  const asked = useAsk(proofDocument, { id: contactId });
  const proof = asked.data?.contact?.proof;
  if (!proof) {
    return (
      <Text size="sm" c="dimmed" mb="md" role="status">
        {asked.error
          ? 'Whether the history is proven can’t be said at this moment.'
          : 'Looking at the proof…'}
      </Text>
    );
  }
  const { isBroken, title, text } = proofWords(proof);
  return (
    <Stack gap="xs" mb="md">
      <Alert
        color={isBroken ? 'red' : proof.state === 'PROVEN' ? 'green' : 'gray'}
        variant={isBroken ? 'filled' : 'light'}
        title={title}
        role={isBroken ? 'alert' : 'status'}
        style={{ overflowWrap: 'anywhere' }}
      >
        {text}
      </Alert>
      {proof.refusal && (
        <Alert color="red" variant="light" p="xs" role="alert">
          No new checkpoint can be signed: {proof.refusal.reason}. Have the operator run voicedrop verify.
        </Alert>
      )}
      {proof.note && <Checkpoint proof={proof} note={proof.note} />}
    </Stack>
  );
}

/** To be copied by whoever wants to prove later that nothing was changed before today, whoever runs the server then. */
function Checkpoint({ proof, note }: { proof: Proof; note: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>The checkpoint, to be kept elsewhere</summary>
      {open && (
        <Paper withBorder p="sm" mt="xs">
          <Text size="sm" mb="xs">
            {proof.checkpoint &&
              `It covers ${count(proof.checkpoint.events)} events of all histories up to ${when(proof.checkpoint.signedAt)}. `}
            Whoever keeps it outside this server can prove later that nothing before it was changed: the
            operator compares it by voicedrop verify --checkpoint.
          </Text>
          <Copied label="Checkpoint" text={note} />
          <Copied label="Key" text={proof.key} />
        </Paper>
      )}
    </details>
  );
}

function Copied({ label, text }: { label: string; text: string }) {
  return (
    <>
      <Group justify="space-between" mt="xs">
        <Text size="sm" fw={500}>
          {label}
        </Text>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Anchor component="button" type="button" size="sm" onClick={copy}>
              {copied ? 'Copied' : `Copy the ${label.toLowerCase()}`}
            </Anchor>
          )}
        </CopyButton>
      </Group>
      <Code
        block
        aria-label={label}
        tabIndex={0}
        style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}
      >
        {text}
      </Code>
    </>
  );
}
