// The history of one contact as a readable timeline.
import { Anchor, Badge, Button, Code, Group, Paper, Table, Text, Timeline, Title } from '@mantine/core';
import { Link } from 'react-router';
import { graphql } from '../graph/generated';
import type { ContactHistoryQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { usePages } from '../graph/usePages';
import { Sign, When } from '../parts/Signs';
import { Empty, Failed, Loading } from '../parts/States';
import { phone, plain, when } from '../parts/words';
import { EvidenceBundle } from './EvidenceBundle';
import { ProofStatus } from './ProofStatus';
import { Recording } from './Recording';
import { actorName } from './actors';
import type { EventWords, Finding } from './eventWords';
import { eventWords } from './eventWords';

const historyDocument = graphql(`
  query ContactHistory($id: ID!, $asOf: DateTime, $first: Int, $after: String, $minPosition: Position) {
    contact(id: $id, minPosition: $minPosition) {
      name
      phone
      history(asOf: $asOf, first: $first, after: $after) {
        nodes {
          eventId
          position
          eventType
          subjectKind
          subjectId
          actor
          recordedAt
          occurredAt
          campaignId
          summary
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const peopleDocument = graphql(`
  query ActorNames($minPosition: Position) {
    members(withFormer: true, minPosition: $minPosition) {
      userId
      name
    }
  }
`);

const whoDocument = graphql(`
  query ReplayedContact($id: ID!, $minPosition: Position) {
    contact(id: $id, minPosition: $minPosition) {
      name
      phone
    }
  }
`);

export type Entry = NonNullable<ContactHistoryQuery['contact']>['history']['nodes'][number];

export function Replay({ contactId, asOf }: { contactId: string; asOf: string | null }) {
  const pages = usePages(historyDocument, { id: contactId, asOf }, data => data.contact?.history);
  const people = useAsk(peopleDocument, {});
  const who = useAsk(whoDocument, { id: contactId });
  const names = new Map((people.data?.members ?? []).map(m => [m.userId, m.name ?? '']));
  if (pages.loading) return <Loading what="the history" />;
  if (pages.error) return <Failed error={pages.error} again={pages.again} />;
  const contact = who.data?.contact;
  if (pages.rows.length === 0) {
    return (
      <Empty title="Nothing had happened yet">
        At that time the contact was not known here. Choose a later date.
      </Empty>
    );
  }
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="md">
        <Title order={2} size="h4">
          {contact ? `${contact.name}, ${phone(contact.phone)}` : 'History'}
        </Title>
        <Group gap="xs">
          <Button component={Link} to={`/agent/crm/contacts/${contactId}`} variant="default" size="xs">
            The contact today
          </Button>
          <EvidenceBundle contactId={contactId} asOf={asOf} />
        </Group>
      </Group>
      <ProofStatus contactId={contactId} />
      <Timeline active={pages.rows.length} bulletSize={16} aria-label="History">
        {pages.rows.map(entry => (
          <Timeline.Item key={entry.eventId} title={eventWords(entry.eventType, entry.summary).title}>
            <What entry={entry} />
            <Recording entry={entry} />
            <Text size="sm" c="dimmed" component="div">
              <When at={entry.occurredAt ?? entry.recordedAt} />, {actorName(entry.actor, names)}
              {entry.occurredAt && entry.occurredAt !== entry.recordedAt && (
                <>
                  , recorded <When at={entry.recordedAt} />
                </>
              )}
            </Text>
            <Group gap="xs" mt={2}>
              <Badge variant="light" color="gray" tt="none">
                {plain(entry.subjectKind)}
              </Badge>
              <Code>{entry.eventType}</Code>
              <Text size="xs" c="dimmed">
                {entry.position}
              </Text>
              {entry.campaignId && (
                <Anchor component={Link} to={`/agent/campaigns/${entry.campaignId}`} size="xs">
                  the campaign
                </Anchor>
              )}
            </Group>
          </Timeline.Item>
        ))}
      </Timeline>
      {pages.hasMore && (
        <Button mt="md" variant="default" onClick={pages.more}>
          Later
        </Button>
      )}
    </Paper>
  );
}

/** Instants in words are said in the reader's time. */
const timed = (words: string): string =>
  words.replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)/g, found => when(found));

function What({ entry }: { entry: Entry }) {
  const { facts, findings, grounds } = eventWords(entry.eventType, entry.summary);
  return (
    <>
      {facts.length > 0 && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {facts.map(([name, value]) => `${name}: ${timed(value)}`).join(' · ')}
        </Text>
      )}
      {findings.length > 0 && <Findings findings={findings} />}
      {grounds.length > 0 && <Grounds grounds={grounds} />}
    </>
  );
}

/** All that a decision was made on, so that it can be followed, or made again. */
function Grounds({ grounds }: { grounds: EventWords['grounds'] }) {
  return (
    <details>
      <summary>What it was decided on</summary>
      <Table aria-label="Inputs of the decision" verticalSpacing={4}>
        <Table.Tbody>
          {grounds.map(([name, lines]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {lines.map((line, n) => (
                  <div key={n}>{timed(line)}</div>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}

const EFFECTS: Record<string, { label: string; color: string }> = {
  passes: { label: 'Passes', color: 'green' },
  blocks: { label: 'Blocks', color: 'red' },
  holds: { label: 'Holds', color: 'orange' },
};

/** Each rule that was asked, what it said, and on what grounds. */
function Findings({ findings }: { findings: Finding[] }) {
  return (
    <Table.ScrollContainer minWidth={460} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label="Rules of the decision" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Rule</Table.Th>
            <Table.Th w={100}>Says</Table.Th>
            <Table.Th>Grounds</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {findings.map((finding, n) => (
            <Table.Tr key={n}>
              <Table.Td>{finding.rule}</Table.Td>
              <Table.Td>
                <Sign of={EFFECTS[finding.effect] ?? { label: plain(finding.effect), color: 'gray' }} />
              </Table.Td>
              <Table.Td>{finding.detail}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
