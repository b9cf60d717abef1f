// Having approved scripts spoken: the voice, the cost, progress, and what failed.
import { Alert, Badge, Button, Group, Paper, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { Running } from '../campaign/Overview';
import type { Whole } from '../campaign/useCampaign';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Figure, Figures } from '../parts/Figure';
import { Shown } from '../parts/States';
import { count, counted } from '../parts/words';
import { CostLines } from './CostLines';
import { Recordings } from './Recordings';
import { Past } from './Setup';
import { callerIdsDocument, costDocument, renderDocument } from './documents';

const document = graphql(`
  query Voices {
    voices {
      id
      name
      category
      previewUrl
      charactersPerMinute
      labels {
        name
        value
      }
    }
  }
`);

export function AudioStep({ campaign }: { campaign: Whole }) {
  const voices = useAsk(document, {});
  const settings = useAsk(callerIdsDocument, {});
  const [chosen, setChosen] = useState<string>();
  const render = useChange(renderDocument);
  const { id, status, counters: c } = campaign;
  const voice = chosen ?? campaign.voice ?? settings.data?.organization?.settings.defaultVoice ?? '';
  const cost = useAsk(
    costDocument,
    { campaignId: id, engine: null, voice: voice || null },
    { tick: campaign.updatedAt, pause: status !== 'REVIEW' },
  );
  if (status === 'GENERATING_AUDIO') return <Running campaign={campaign} />;
  if (status !== 'REVIEW')
    return <Past campaign={campaign} what="Scripts are spoken while the campaign is in review." />;
  const anew = cost.data?.campaignCost.recordingsAnew ?? 0;
  const left = c.scriptsApproved - c.audioRendered + anew;
  const base = `/agent/campaigns/${id}`;
  return (
    <Stack>
      <Figures>
        <Figure name="Approved scripts" value={count(c.scriptsApproved)} />
        <Figure name="Spoken" value={count(c.audioRendered)} />
        <Figure name="Failed" value={count(c.audioFailed)} />
        <Figure name="Wait for review" value={count(c.scriptsPending)} />
      </Figures>
      {c.scriptsApproved === 0 && (
        <Alert color="yellow" variant="light" title="Nothing to speak yet">
          Only approved scripts are spoken. <Link to={`${base}/setup/review`}>Go to the review</Link>
        </Alert>
      )}
      {c.audioFailed > 0 && (
        <Alert color="red" variant="light" title={`${counted(c.audioFailed, 'script')} could not be spoken`}>
          <Link to={`${base}/contacts?audio=FAILED`}>See which</Link>, then have them spoken again here.
        </Alert>
      )}
      <Shown asked={voices} what="the voices">
        {data => (
          <Radio.Group label="Voice" value={voice} onChange={setChosen}>
            <Stack gap="xs" mt="xs">
              {data.voices.map(v => (
                <Paper key={v.id} withBorder p="sm">
                  <Group justify="space-between">
                    <Radio
                      value={v.id}
                      label={v.name}
                      description={`${count(v.charactersPerMinute)} characters a minute`}
                    />
                    <Group gap={4}>
                      {v.labels.map(label => (
                        <Badge key={label.name} variant="light" color="gray" tt="none">
                          {label.value}
                        </Badge>
                      ))}
                    </Group>
                    {v.previewUrl && (
                      // eslint-disable-next-line jsx-a11y/media-has-caption -- a sample of a voice
                      <audio src={v.previewUrl} controls preload="none" aria-label={`Sample of ${v.name}`} />
                    )}
                  </Group>
                </Paper>
              ))}
              {data.voices.length === 0 && <Text>The speech account has no voices; add one there.</Text>}
            </Stack>
          </Radio.Group>
        )}
      </Shown>
      <CostLines campaignId={id} voice={voice || null} tick={campaign.updatedAt} />
      <Group>
        <Button
          loading={render.busy}
          disabled={left <= 0}
          onClick={() => void render.run({ id, voice: voice || null })}
        >
          {left > 0
            ? `Speak ${counted(left, 'script')}${anew > 0 ? `, ${count(anew)} of them anew` : ''}`
            : 'All approved scripts are spoken'}
        </Button>
        {left <= 0 && c.scriptsApproved > 0 && (
          <Button component={Link} to={`${base}/setup/final`}>
            Go on to the final review
          </Button>
        )}
      </Group>
      <Recordings campaign={campaign} title="Listen to what was spoken" size={5} />
      <Text size="sm" c="dimmed">
        The same words in the same voice are never spoken, or paid for, twice.
      </Text>
    </Stack>
  );
}
