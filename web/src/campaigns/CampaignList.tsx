// All campaigns: by status with counts, filters in the address, the next thing to do in each row.
import { Anchor, Button, Group, Select, Tabs, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useCallback, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { useSubscription } from 'urql';
import type { CampaignFilterInput, CampaignStatus, CampaignType } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { usePages } from '../graph/usePages';
import { LongList } from '../parts/LongList';
import { PageTitle } from '../parts/PageTitle';
import { CampaignSign, When } from '../parts/Signs';
import { Empty } from '../parts/States';
import { campaignTypes, count } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { CopyCampaign } from '../campaign/CopyCampaign';
import { FirstRun } from './FirstRun';
import { LiveNumbers } from './LiveNumbers';
import type { Row } from './LiveRow';
import { LiveRow } from './LiveRow';
import { campaignsDocument, campaignsMoved, countsDocument } from './documents';
import { primaryAction } from './steps';

const GROUPS: { key: string; label: string; statuses: CampaignStatus[] }[] = [
  { key: 'all', label: 'All', statuses: [] },
  { key: 'setup', label: 'Being set up', statuses: ['DRAFT', 'IMPORTING_CONTACTS', 'GENERATING_SCRIPTS'] },
  { key: 'review', label: 'In review', statuses: ['REVIEW', 'GENERATING_AUDIO', 'APPROVED'] },
  { key: 'running', label: 'Running', statuses: ['SUBMITTED', 'ACTIVE', 'PAUSED'] },
  { key: 'completed', label: 'Completed', statuses: ['COMPLETED'] },
  { key: 'stopped', label: 'Stopped', statuses: ['CANCELLED', 'FAILED'] },
];
/** What has ended and was put out of sight; the other groups leave it out. */
const ARCHIVE = { key: 'archive', label: 'Archive', statuses: [] };

export function CampaignList() {
  const { mayWrite } = useViewer();
  const navigate = useNavigate();
  const [address, setAddress] = useSearchParams();
  const set = (name: string, value: string | null) =>
    setAddress(
      now => {
        if (value) now.set(name, value);
        else now.delete(name);
        return now;
      },
      { replace: true },
    );
  const search = useDebouncedCallback((words: string) => set('name', words), 300);
  const [words, setWords] = useState(address.get('name') ?? '');
  const group = [...GROUPS, ARCHIVE].find(g => g.key === address.get('group')) ?? GROUPS[0];
  const isArchive = group === ARCHIVE;
  const statuses = group?.statuses ?? [];
  const from = address.get('from');
  const until = address.get('until');
  const others: CampaignFilterInput = {
    name: address.get('name'),
    types: address.get('type') ? [address.get('type') as CampaignType] : null,
    createdFrom: from ? new Date(`${from}T00:00`).toISOString() : null,
    createdUntil: until ? new Date(`${until}T23:59:59`).toISOString() : null,
  };
  const filter = { ...others, archived: isArchive, statuses: statuses.length > 0 ? statuses : null };
  // The list and its counts are read again when a campaign has come, or stands elsewhere.
  const [movements, setMovements] = useState(0);
  const moved = useCallback(() => setMovements(n => n + 1), []);
  const [sums] = useSubscription({ query: campaignsMoved });
  const tick = `${movements} ${sums.data?.overview.campaigns} ${sums.data?.overview.running}`;
  const pages = usePages(campaignsDocument, { filter }, data => data.campaigns, { tick });
  const counts = useAsk(
    countsDocument,
    { filter: { ...others, archived: false }, archived: { ...others, archived: true } },
    { tick },
  );
  const of = (wanted: CampaignStatus[]) =>
    (counts.data?.campaignCounts ?? [])
      .filter(c => wanted.length === 0 || wanted.includes(c.status))
      .reduce((sum, c) => sum + c.campaigns, 0);
  const isFiltered = [...address.keys()].length > 0;
  return (
    <>
      <PageTitle title="Campaigns">
        {mayWrite && (
          <Button component={Link} to="/agent/campaigns/new">
            New campaign
          </Button>
        )}
      </PageTitle>
      <FirstRun />
      <Tabs value={group?.key ?? 'all'} onChange={key => set('group', key === 'all' ? null : key)} mb="sm">
        <Tabs.List aria-label="Campaigns by status">
          {GROUPS.map(g => (
            <Tabs.Tab key={g.key} value={g.key}>
              {g.label} {counts.data ? `(${count(of(g.statuses))})` : ''}
            </Tabs.Tab>
          ))}
          <Tabs.Tab value={ARCHIVE.key}>
            {ARCHIVE.label}{' '}
            {counts.data ? `(${count(counts.data.archived.reduce((sum, c) => sum + c.campaigns, 0))})` : ''}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={group?.key ?? 'all'} pt="md">
          <Group mb="md" align="flex-end">
            <TextInput
              label="Name"
              placeholder="Part of the name"
              value={words}
              onChange={event => {
                setWords(event.currentTarget.value);
                search(event.currentTarget.value);
              }}
            />
            <Select
              label="Type"
              placeholder="All types"
              clearable
              data={Object.entries(campaignTypes).map(([value, label]) => ({ value, label }))}
              value={address.get('type')}
              onChange={value => set('type', value)}
            />
            <TextInput
              label="Made from"
              type="date"
              value={from ?? ''}
              onChange={event => set('from', event.currentTarget.value)}
            />
            <TextInput
              label="Made until"
              type="date"
              value={until ?? ''}
              onChange={event => set('until', event.currentTarget.value)}
            />
          </Group>
          <LongList<Row>
            name="Campaigns"
            pages={pages}
            keyOf={row => row.id}
            open={row => void navigate(`/agent/campaigns/${row.id}`)}
            empty={
              isFiltered ? (
                <Empty title="No campaign matches">Change the filters, or take one away.</Empty>
              ) : (
                <Empty
                  title="No campaigns yet"
                  action={
                    mayWrite && (
                      <Button component={Link} to="/agent/campaigns/new">
                        Make the first one
                      </Button>
                    )
                  }
                >
                  A campaign takes a contact list to delivered voicemails in eight steps.
                </Empty>
              )
            }
            columns={[
              {
                title: 'Name',
                width: 12,
                cell: row => (
                  <>
                    <Anchor component={Link} to={`/agent/campaigns/${row.id}`} fw={600}>
                      {row.name}
                    </Anchor>
                    <Text size="xs" c="dimmed">
                      {campaignTypes[row.type]}
                      {row.neighborhood ? ` · ${row.neighborhood}` : ''}
                    </Text>
                  </>
                ),
              },
              {
                title: 'Status',
                width: 8,
                cell: row => (
                  <LiveRow row={row} moved={moved}>
                    {now => <CampaignSign status={now.status} start={now.schedule.start} />}
                  </LiveRow>
                ),
              },
              { title: 'Contacts', right: true, width: 5, cell: row => count(row.counters.contacts) },
              {
                title: 'Sent, left, heard',
                width: 8,
                cell: row => <LiveNumbers row={row} />,
              },
              { title: 'Changed', width: 6, cell: row => <When at={row.updatedAt} relative /> },
              {
                title: 'Next',
                width: 13,
                cell: row => (
                  <LiveRow row={row}>
                    {now => {
                      const next = mayWrite
                        ? primaryAction(now.id, now)
                        : { name: 'Open', path: `/agent/campaigns/${now.id}` };
                      return (
                        <Group gap={4} wrap="nowrap">
                          <Button
                            component={Link}
                            to={next.path}
                            size="compact-sm"
                            variant="default"
                            aria-label={`${next.name}: ${now.name}`}
                          >
                            {next.name}
                          </Button>
                          {mayWrite && (
                            <CopyCampaign id={now.id} name={now.name} size="compact-sm" isOneOfMany />
                          )}
                        </Group>
                      );
                    }}
                  </LiveRow>
                ),
              },
            ]}
          />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
