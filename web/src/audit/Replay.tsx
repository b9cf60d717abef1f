// The history of one contact as a readable timeline.
import { Anchor, Badge, Button, Code, Group, Paper, Text, Timeline, Title } from '@mantine/core';
import { Link } from 'react-router';
import { graphql } from '../graph/generated';
import type { ContactHistoryQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { usePages } from '../graph/usePages';
import { When } from '../parts/Signs';
import { Empty, Failed, Loading } from '../parts/States';
import { phone, plain } from '../parts/words';
import { actorName } from './actors';

const document = graphql(`
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

type Entry = NonNullable<ContactHistoryQuery['contact']>['history']['nodes'][number];

function save(entries: Entry[]): void {
  const link = window.document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(entries, null, 2)], { type: 'application/json' }));
  link.download = 'history.json';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function Replay({ contactId, asOf }: { contactId: string; asOf: string | null }) {
  const pages = usePages(document, { id: contactId, asOf }, data => data.contact?.history);
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
          <Button variant="default" size="xs" onClick={() => save(pages.rows)}>
            Save what is shown
          </Button>
        </Group>
      </Group>
      <Timeline active={pages.rows.length} bulletSize={16} aria-label="History">
        {pages.rows.map(entry => (
          <Timeline.Item key={entry.eventId} title={entry.summary}>
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
