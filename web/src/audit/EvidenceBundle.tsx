// The whole history of a contact as one file for whoever asks: every step with its grounds, and the rules in force with their fingerprint.
import { Alert, Button } from '@mantine/core';
import { useState } from 'react';
import { useClient } from 'urql';
import { graphql } from '../graph/generated';
import { saidOf } from '../graph/useChange';
import { counted } from '../parts/words';
import type { Entry } from './Replay';
import { historyDocument } from './Replay';

const factsDocument = graphql(`
  query EvidenceFacts($id: ID!) {
    contact(id: $id) {
      id
      name
      phone
      standing
    }
    organization {
      id
      name
    }
    complianceRules {
      id
      sha256
      reviewedOn
    }
    lag {
      position
    }
  }
`);

/** Entries of a page, and most of a bundle: what is beyond has to be exported by the operator. */
const PAGE = 100;
const ENTRIES_MAX = 20_000;

function save(name: string, content: object): void {
  const link = window.document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(content, null, 2)], { type: 'application/json' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function EvidenceBundle({ contactId, asOf }: { contactId: string; asOf: string | null }) {
  const client = useClient();
  const [read, setRead] = useState<number>();
  const [problem, setProblem] = useState<string>();
  const gather = async () => {
    setProblem(undefined);
    setRead(0);
    const facts = await client
      .query(factsDocument, { id: contactId }, { requestPolicy: 'network-only' })
      .toPromise();
    if (facts.error) throw new Error(saidOf(facts.error));
    const entries: Entry[] = [];
    let after: string | null | undefined;
    do {
      const page = await client
        .query(
          historyDocument,
          { id: contactId, asOf, first: PAGE, after: after ?? null },
          { requestPolicy: 'network-only' },
        )
        .toPromise();
      const history = page.data?.contact?.history;
      if (!history) throw new Error(page.error ? saidOf(page.error) : 'The contact is not there any more.');
      entries.push(...history.nodes);
      setRead(entries.length);
      after = history.pageInfo.hasNextPage ? history.pageInfo.endCursor : undefined;
    } while (after && entries.length < ENTRIES_MAX);
    save(`evidence-${contactId.replace(/^.*:/, '')}.json`, {
      madeAt: new Date().toISOString(),
      asOf,
      isComplete: !after,
      ...facts.data,
      entries: entries.map(entry => ({ ...entry, summary: parsed(entry.summary) })),
    });
  };
  const run = async () => {
    try {
      await gather();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'try again');
    }
    setRead(undefined);
  };
  return (
    <>
      <Button variant="default" size="xs" disabled={read !== undefined} onClick={() => void run()}>
        {read === undefined ? 'Download the evidence' : `${counted(read, 'step')} read…`}
      </Button>
      {problem && (
        <Alert color="red" variant="light" p="xs" role="alert">
          {problem}
        </Alert>
      )}
    </>
  );
}

/** The event's payload as it is kept; words as they are. */
function parsed(summary: string): unknown {
  try {
    return JSON.parse(summary);
  } catch {
    return summary;
  }
}
