// What happens in a campaign, newest first, live.
import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useSubscription } from 'urql';
import { graphql } from '../graph/generated';
import type { ActivityLineFragment } from '../graph/generated/graphql';
import { usePages } from '../graph/usePages';
import { When } from '../parts/Signs';
import { Failed, Loading } from '../parts/States';

export const lineFields = graphql(`
  fragment ActivityLine on Activity {
    position
    kind
    line
    actor
    at
  }
`);

const readDocument = graphql(`
  query ActivityOf($campaignId: ID, $first: Int, $after: String, $minPosition: Position) {
    activity(campaignId: $campaignId, first: $first, after: $after, minPosition: $minPosition) {
      nodes {
        ...ActivityLine
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const liveDocument = graphql(`
  subscription ActivityLive($campaignId: ID) {
    activity(campaignId: $campaignId) {
      ...ActivityLine
    }
  }
`);

const LINES_MAX = 200;

export function ActivityFeed({ campaignId }: { campaignId: string }) {
  const pages = usePages(readDocument, { campaignId }, data => data.activity, { size: 20 });
  const [told, setTold] = useState<ActivityLineFragment[]>([]);
  const [live] = useSubscription({ query: liveDocument, variables: { campaignId } });
  useEffect(() => {
    const fresh = live.data?.activity;
    if (fresh?.length) setTold(before => [...fresh, ...before].slice(0, LINES_MAX));
  }, [live.data]);
  const seen = new Set<string>();
  const lines = [...told, ...pages.rows].filter(line => {
    const key = `${line.position} ${line.line}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Activity
      </Title>
      {pages.loading && <Loading what="what happened" />}
      {pages.error && <Failed error={pages.error} again={pages.again} />}
      <Stack gap={6} role="log" aria-label="Activity">
        {lines.slice(0, LINES_MAX).map(line => (
          <Group key={`${line.position} ${line.line}`} justify="space-between" gap="xs" align="baseline">
            <Text size="sm">{line.line}</Text>
            <Text size="xs" c="dimmed" component="span">
              <When at={line.at} relative />
            </Text>
          </Group>
        ))}
      </Stack>
      {!pages.loading && lines.length === 0 && <Text c="dimmed">Nothing has happened yet.</Text>}
      {pages.hasMore && lines.length < LINES_MAX && (
        <Button mt="sm" size="compact-sm" variant="default" onClick={pages.more}>
          Earlier
        </Button>
      )}
    </Paper>
  );
}
