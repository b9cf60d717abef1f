// How a campaign went that has ended: in sentences, figures, who listened longest, and what to do differently.
import { Anchor, Button, Grid, Group, List, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { CostTable } from '../analytics/CostTable';
import { ResultFigures } from '../analytics/ResultFigures';
import { graphql } from '../graph/generated';
import type { DigestOfQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { Figure, Figures } from '../parts/Figure';
import { FileButton } from '../parts/FileButton';
import { When } from '../parts/Signs';
import { Empty, Shown } from '../parts/States';
import { count, dayName, phone } from '../parts/words';
import type { Whole } from './useCampaign';

const document = graphql(`
  query DigestOf($campaignId: ID!, $minPosition: Position) {
    digest(campaignId: $campaignId, minPosition: $minPosition) {
      from
      until
      endedAt
      contacts
      blocked
      held
      inDoubt
      summary
      analytics {
        results {
          ...ResultsWhole
        }
        costs {
          ...CostSharesWhole
        }
      }
      topListeners {
        contactId
        listenedAt
        listenSeconds
        contact {
          name
          phone
        }
      }
      recommendations {
        advice
        basis
      }
      atCompletion {
        completedAt
        attempted
        delivered
        listened
        failed
        inDoubt
      }
    }
  }
`);

const linksDocument = graphql(`
  query DigestLinks($campaignId: ID!) {
    digest(campaignId: $campaignId) {
      pdfUrl
      htmlUrl
    }
  }
`);

type Whats = NonNullable<DigestOfQuery['digest']>;

export function Digest({ campaign }: { campaign: Whole }) {
  const asked = useAsk(document, { campaignId: campaign.id }, { tick: campaign.updatedAt });
  return (
    <Shown asked={asked} what="the digest">
      {({ digest }) =>
        digest ? (
          <>
            <Group justify="flex-end" mb="sm">
              <FileButton
                label="Download as a page"
                document={linksDocument}
                variables={{ campaignId: campaign.id }}
                pick={data => data.digest?.htmlUrl}
              />
              <FileButton
                label="Download as PDF"
                variant="filled"
                document={linksDocument}
                variables={{ campaignId: campaign.id }}
                pick={data => data.digest?.pdfUrl}
              />
            </Group>
            <Written digest={digest} />
          </>
        ) : (
          <Empty
            title="No digest yet"
            action={
              <Button component={Link} to={`/agent/campaigns/${campaign.id}`} variant="default">
                See where it stands
              </Button>
            }
          >
            It is written when every voicemail of the campaign is settled.
          </Empty>
        )
      }
    </Shown>
  );
}

function Written({ digest }: { digest: Whats }) {
  const { results, costs } = digest.analytics;
  return (
    <Stack>
      <Paper withBorder p="lg">
        <Title order={2} size="h4">
          {digest.endedAt ? (
            <>
              Ended <When at={digest.endedAt} />
            </>
          ) : (
            'Ended'
          )}
        </Title>
        {digest.from && digest.until && (
          <Text size="sm" c="dimmed" mb="sm">
            {digest.from === digest.until
              ? `On ${dayName(digest.from)}`
              : `From ${dayName(digest.from)} to ${dayName(digest.until)}`}
            , in the recipients’ time
          </Text>
        )}
        <List spacing="xs">
          {digest.summary.map(sentence => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
      </Paper>
      <ResultFigures results={results} costs={costs} />
      <Figures>
        <Figure name="Contacts" value={count(digest.contacts)} />
        <Figure name="Blocked by a rule" value={count(digest.blocked)} />
        <Figure name="Held beyond the end" value={count(digest.held)} />
        <Figure name="In doubt" value={count(digest.inDoubt)} />
      </Figures>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Advice digest={digest} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Stack>
            <Listeners digest={digest} isReported={results.listeningReported} />
            <Paper withBorder p="md">
              <Title order={2} size="h4" mb="sm">
                Cost
              </Title>
              <CostTable costs={costs} isReported={results.listeningReported} />
            </Paper>
          </Stack>
        </Grid.Col>
      </Grid>
      <Since digest={digest} />
    </Stack>
  );
}

function Advice({ digest }: { digest: Whats }) {
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        What to do differently
      </Title>
      {digest.recommendations.length === 0 && (
        <Text c="dimmed">The figures of this campaign call for nothing.</Text>
      )}
      <List spacing="sm">
        {digest.recommendations.map(r => (
          <List.Item key={r.advice}>
            {r.advice}
            <Text size="sm" c="dimmed">
              {r.basis}
            </Text>
          </List.Item>
        ))}
      </List>
    </Paper>
  );
}

function Listeners({ digest, isReported }: { digest: Whats; isReported: boolean }) {
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Who listened longest
      </Title>
      {digest.topListeners.length === 0 ? (
        <Text c="dimmed">
          {isReported
            ? 'How long anybody listened is not known.'
            : 'The carrier does not report who listened.'}
        </Text>
      ) : (
        <Table aria-label="Who listened longest" verticalSpacing={4}>
          <Table.Tbody>
            {digest.topListeners.map(l => (
              <Table.Tr key={l.contactId}>
                <Table.Td>
                  <Anchor component={Link} to={`/agent/crm/contacts/${l.contactId}`} size="sm">
                    {l.contact?.name || 'No name'}
                  </Anchor>
                  <Text size="xs" c="dimmed">
                    {l.contact ? phone(l.contact.phone) : ''}
                  </Text>
                </Table.Td>
                <Table.Td ta="right" className="figures">
                  {Math.round(l.listenSeconds)} s
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  );
}

/** What was reported after the campaign had completed. */
function Since({ digest }: { digest: Whats }) {
  const then = digest.atCompletion;
  if (!then) return null;
  const { results } = digest.analytics;
  const late: [string, number][] = [
    ['left', results.delivered - then.delivered],
    ['listened to', results.listeningReported ? results.listened - then.listened : 0],
    ['not left', results.failed - then.failed],
  ];
  const said = late
    .filter(([, more]) => more !== 0)
    .map(([what, more]) => `${more > 0 ? '+' : '−'}${Math.abs(more)} ${what}`);
  if (said.length === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      Reported after it completed on <When at={then.completedAt} />: {said.join(', ')}.
    </Text>
  );
}
