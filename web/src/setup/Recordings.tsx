// What was spoken so far, to be listened to: each recording with its words and length.
import { Button, Paper, Stack, Text, Title } from '@mantine/core';
import { scriptsDocument } from '../campaign/scriptDocuments';
import type { Whole } from '../campaign/useCampaign';
import { usePages } from '../graph/usePages';
import { Sound } from '../parts/Sound';

interface Properties {
  campaign: Whole;
  title: string;
  /** How many are shown at first, and with each look for more. */
  size: number;
}

export function Recordings({ campaign, title, size }: Properties) {
  const pages = usePages(
    scriptsDocument,
    { id: campaign.id, audio: 'RENDERED', review: null, stopped: null },
    data => data.campaign?.scripts,
    { size, tick: campaign.counters.audioRendered },
  );
  if (pages.rows.length === 0) return null;
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      <Stack gap="md">
        {pages.rows.map(({ id, contact, text, audio }) => {
          const whose = contact?.name ?? 'the contact';
          return (
            audio && (
              <div key={id}>
                <Text size="sm" fw={600}>
                  {whose}
                  {audio.durationMs != null && `, ${(audio.durationMs / 1000).toFixed(1)} s`}
                </Text>
                <Text size="sm" c="dimmed" className="words" lineClamp={3}>
                  {text}
                </Text>
                <Sound url={audio.url} label={`Audio for ${whose}`} />
              </div>
            )
          );
        })}
        {pages.hasMore && (
          <Button variant="default" size="xs" onClick={pages.more} style={{ alignSelf: 'flex-start' }}>
            Show more
          </Button>
        )}
      </Stack>
    </Paper>
  );
}
