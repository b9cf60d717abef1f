// How a campaign stands: figures, what runs, its timeline, and what happens in it, live.
import { Anchor, Grid, Paper, Text, Timeline, Title } from '@mantine/core';
import { Suspense, lazy } from 'react';
import { Link } from 'react-router';
import { OutlookOf } from '../setup/Outlook';
import { Figure, Figures } from '../parts/Figure';
import { LongJob, usePace } from '../parts/LongJob';
import { Money, When } from '../parts/Signs';
import { Loading } from '../parts/States';
import { NOT_REPORTED, count, phone, share } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { ActivityFeed } from './ActivityFeed';
import { ProductionHalt } from './ProductionHalt';
import { ScriptBatches } from './ScriptBatches';
import type { Whole } from './useCampaign';

const Doubts = lazy(() => import('./Doubts').then(m => ({ default: m.Doubts })));

export function Overview({ campaign }: { campaign: Whole }) {
  const { mayWrite } = useViewer();
  const { counters: c, costs } = campaign;
  // A carrier that reports no listening must not look as if nobody had listened.
  const isReported = c.attempted === 0 || campaign.results.listeningReported;
  const left = c.delivered + c.listened;
  const spent = costs.writer + costs.voice + costs.carrier;
  return (
    <>
      <Running campaign={campaign} />
      <Figures>
        <Figure
          name="Contacts"
          value={count(c.contacts)}
          under={`${count(c.scriptsApproved)} scripts approved`}
        />
        <Figure
          name="Handed to the carrier"
          value={count(c.attempted)}
          under={share(c.attempted, c.contacts)}
        />
        <Figure
          name="Left in the mailbox"
          value={count(left)}
          under={`${share(left, c.attempted)} of those handed over`}
        />
        <Figure
          name="Listened"
          value={isReported ? count(c.listened) : NOT_REPORTED}
          under={
            isReported ? `${share(c.listened, left)} of those left` : 'the carrier does not say who listened'
          }
        />
        <Figure
          name="Could not be left"
          value={count(c.failed)}
          under={`${share(c.failed, c.attempted)} of those handed over${c.inDoubt ? `, ${count(c.inDoubt)} in doubt` : ''}`}
        />
        <Figure
          name="Held"
          value={count(c.held)}
          under={c.lapsed ? `${count(c.lapsed)} lapsed with the campaign's end` : ''}
        />
        <Figure name="Blocked by a rule" value={count(c.blocked)} />
        <Figure
          name="Cost so far"
          value={<Money micros={spent} />}
          under={
            costs.estimate == null ? (
              ''
            ) : (
              <>
                sending estimated at <Money micros={costs.estimate} />
              </>
            )
          }
        />
      </Figures>
      {c.inDoubt > 0 && (
        <Suspense fallback={<Loading what="what is in doubt" />}>
          <Doubts campaign={campaign} maySettle={mayWrite} />
        </Suspense>
      )}
      <Grid mt="md" gap="md">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Paper withBorder p="md">
            <Title order={2} size="h4" mb="md">
              Timeline
            </Title>
            <Stages campaign={campaign} />
            <Text size="sm" mt="md">
              Recipients see{' '}
              {campaign.callerId ? phone(campaign.callerId) : 'no number yet: choose one in the final review'}
              .{' '}
              {campaign.status !== 'COMPLETED' && (
                <Anchor component={Link} to={`/agent/campaigns/${campaign.id}/setup/final`}>
                  Schedule and windows
                </Anchor>
              )}
            </Text>
          </Paper>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <ActivityFeed campaignId={campaign.id} />
        </Grid.Col>
      </Grid>
    </>
  );
}

function Stages({ campaign }: { campaign: Whole }) {
  const stages: [string, string | null | undefined][] = [
    ['Made', campaign.createdAt],
    ['Approved', campaign.approvedAt],
    ['Submitted', campaign.submittedAt],
    ['First voicemail handed over', campaign.activatedAt],
    ['Completed', campaign.completedAt],
  ];
  const reached = stages.filter(([, at]) => at).length;
  return (
    <Timeline active={reached - 1} bulletSize={18}>
      {stages.map(([name, at]) => (
        <Timeline.Item key={name} title={name}>
          <Text size="sm" c="dimmed" component="div">
            {at ? <When at={at} /> : 'not yet'}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

/** What runs at this moment. */
export function Running({ campaign }: { campaign: Whole }) {
  const { generation, rendering, status, counters } = campaign;
  const writing = usePace(generation.startedAt, generation.done, generation.total);
  const speaking = usePace(rendering.startedAt, rendering.done, rendering.total);
  const halt = <ProductionHalt campaign={campaign} />;
  const batches = campaign.scriptBatches && <ScriptBatches {...campaign.scriptBatches} />;
  return (
    <div style={{ marginBottom: 'var(--mantine-spacing-md)' }}>
      {status === 'GENERATING_SCRIPTS' && (
        // A batch comes back all at once: a rate would say nothing of when the rest is there.
        <LongJob title="Writing scripts" unit="scripts" {...generation} {...(batches ? {} : writing)}>
          {batches}
          {halt}
        </LongJob>
      )}
      {status !== 'GENERATING_SCRIPTS' && batches && (
        <Paper withBorder p="md">
          {batches}
        </Paper>
      )}
      {status === 'GENERATING_AUDIO' && (
        <LongJob title="Speaking scripts" unit="scripts" {...rendering} {...speaking}>
          {halt}
        </LongJob>
      )}
      {['SUBMITTED', 'ACTIVE'].includes(status) && (
        <LongJob
          title="Sending"
          unit="voicemails"
          done={
            counters.delivered +
            counters.listened +
            counters.failed +
            counters.blocked +
            counters.lapsed +
            counters.inDoubt
          }
          total={counters.contacts}
        >
          <Text size="sm">
            {count(counters.queued + counters.sent)} with the carrier, {count(counters.held)} held until a
            lawful hour, {count(counters.notSent)} not decided yet.
          </Text>
          <OutlookOf campaignId={campaign.id} tick={campaign.status} />
        </LongJob>
      )}
    </div>
  );
}
