// The review: one script at a time by keyboard, or many at once.
import { Alert, Anchor, Button, Group, Progress, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { Whole } from '../campaign/useCampaign';
import { scriptsDocument } from '../campaign/scriptDocuments';
import type { ScriptFilterInput } from '../graph/generated/graphql';
import { usePages } from '../graph/usePages';
import { Empty, Failed, Loading } from '../parts/States';
import { count, counted } from '../parts/words';
import { BulkReview } from './BulkReview';
import { OneReview } from './OneReview';
import { Past } from './Setup';
import { useReview } from './useReview';

interface Queue {
  label: string;
  filter: ScriptFilterInput;
  /** How many it holds; of what no counter counts it is not known. */
  total?: (counters: Whole['counters']) => number;
}

const QUEUES: Record<string, Queue> = {
  pending: {
    label: 'Waiting for review',
    filter: { review: 'PENDING' },
    total: c => c.scriptsPending,
  },
  stopped: { label: 'Stopped by the check', filter: { stopped: true } },
  revision: {
    label: 'Need revision',
    filter: { review: 'NEEDS_REVISION' },
    total: c => c.scriptsNeedsRevision,
  },
  rejected: { label: 'Rejected', filter: { review: 'REJECTED' }, total: c => c.scriptsRejected },
  approved: { label: 'Approved', filter: { review: 'APPROVED' }, total: c => c.scriptsApproved },
};

export function ReviewStep({ campaign }: { campaign: Whole }) {
  const [address, setAddress] = useSearchParams();
  const queue: Queue = QUEUES[address.get('queue') ?? 'pending'] ?? { label: '', filter: {} };
  const [view, setView] = useState('one');
  const pages = usePages(
    scriptsDocument,
    { id: campaign.id, review: queue.filter.review ?? null, stopped: queue.filter.stopped ?? null },
    data => data.campaign?.scripts,
    { tick: campaign.status, size: 50 },
  );
  const review = useReview(campaign.id);
  const { counters: c, status } = campaign;
  if (status !== 'REVIEW')
    return <Past campaign={campaign} what="Scripts are reviewed once they are written." />;
  const scripts = pages.rows.filter(script => !review.gone.has(script.id) || script.review !== 'PENDING');
  const said = c.contacts - c.scriptsPending;
  return (
    <Stack>
      <Group justify="space-between" align="flex-end">
        <Select
          label="Queue"
          allowDeselect={false}
          data={Object.entries(QUEUES).map(([value, { label }]) => ({ value, label }))}
          value={address.get('queue') ?? 'pending'}
          onChange={key => setAddress(key === 'pending' || !key ? {} : { queue: key }, { replace: true })}
        />
        <SegmentedControl
          aria-label="View"
          value={view}
          onChange={setView}
          data={[
            { value: 'one', label: 'One at a time' },
            { value: 'bulk', label: 'Many at once' },
          ]}
        />
      </Group>
      <div>
        <Progress value={c.contacts ? (100 * said) / c.contacts : 0} aria-label="Reviewed" />
        <Text size="sm" c="dimmed" mt={4} role="status">
          {count(c.scriptsApproved)} approved, {count(c.scriptsRejected)} rejected,{' '}
          {count(c.scriptsNeedsRevision)} need revision, {count(c.scriptsPending)} wait
        </Text>
      </div>
      {c.scriptsRejected + c.scriptsNeedsRevision > 0 && c.scriptsPending === 0 && (
        <Alert color="yellow" variant="light">
          {counted(c.scriptsRejected + c.scriptsNeedsRevision, 'script')} not approved: edit them,{' '}
          <Anchor component={Link} to={`/agent/campaigns/${campaign.id}/setup/scripts`} size="sm">
            have them written again
          </Anchor>
          , or{' '}
          <Anchor component={Link} to={`/agent/campaigns/${campaign.id}/contacts?review=REJECTED`} size="sm">
            take their contacts out
          </Anchor>
          . A campaign is approved when every script in it is.
        </Alert>
      )}
      {pages.loading && <Loading what="the scripts" />}
      {pages.error && <Failed error={pages.error} again={pages.again} />}
      {!pages.loading && scripts.length === 0 && (
        <Empty
          title={c.scriptsPending === 0 ? 'Everything is reviewed' : 'Nothing in this queue'}
          action={
            <Button component={Link} to={`/agent/campaigns/${campaign.id}/setup/audio`}>
              Go on to audio
            </Button>
          }
        >
          {count(c.scriptsApproved)} of {count(c.contacts)} scripts are approved.
        </Empty>
      )}
      {scripts.length > 0 &&
        (view === 'one' ? (
          <OneReview scripts={scripts} more={pages.more} review={review} />
        ) : (
          <BulkReview
            scripts={scripts}
            hasMore={pages.hasMore}
            more={pages.more}
            key={JSON.stringify(queue.filter)}
            filter={queue.filter}
            total={queue.total?.(c)}
            review={review}
          />
        ))}
    </Stack>
  );
}
