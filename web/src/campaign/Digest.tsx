// How a completed campaign went, in words and figures.
import { Button, List, Paper, Title } from '@mantine/core';
import { Link } from 'react-router';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { Figure, Figures } from '../parts/Figure';
import { Money, When } from '../parts/Signs';
import { Empty, Shown } from '../parts/States';
import { count, share } from '../parts/words';
import type { Whole } from './useCampaign';

const document = graphql(`
  query DigestOf($campaignId: ID!, $minPosition: Position) {
    digest(campaignId: $campaignId, minPosition: $minPosition) {
      completedAt
      contacts
      attempted
      delivered
      listened
      failed
      blocked
      held
      inDoubt
      totalCost
      sentences
    }
  }
`);

export function Digest({ campaign }: { campaign: Whole }) {
  const asked = useAsk(document, { campaignId: campaign.id }, { tick: campaign.status });
  return (
    <Shown asked={asked} what="the digest">
      {({ digest }) => {
        if (!digest) {
          return (
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
          );
        }
        return (
          <>
            <Paper withBorder p="lg" mb="md">
              <Title order={2} size="h4" mb="sm">
                Completed <When at={digest.completedAt} />
              </Title>
              <List spacing="xs">
                {digest.sentences.map(sentence => (
                  <List.Item key={sentence}>{sentence}</List.Item>
                ))}
              </List>
            </Paper>
            <Figures>
              <Figure
                name="Handed to the carrier"
                value={count(digest.attempted)}
                under={`of ${count(digest.contacts)} contacts`}
              />
              <Figure
                name="Left in the mailbox"
                value={count(digest.delivered)}
                under={share(digest.delivered, digest.attempted)}
              />
              <Figure
                name="Listened"
                value={count(digest.listened)}
                under={share(digest.listened, digest.delivered)}
              />
              <Figure name="Could not be left" value={count(digest.failed)} />
              <Figure name="Blocked by a rule" value={count(digest.blocked)} />
              <Figure name="Held beyond the end" value={count(digest.held)} />
              <Figure name="In doubt" value={count(digest.inDoubt)} />
              <Figure name="Cost in all" value={<Money micros={digest.totalCost} />} />
            </Figures>
          </>
        );
      }}
    </Shown>
  );
}
