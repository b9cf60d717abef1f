// The scripts of a campaign: filter by review, open one to read, hear, edit or have it written again.
import { Button, Drawer, Group, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { graphql } from '../graph/generated';
import type { ReviewState, ScriptWholeFragment } from '../graph/generated/graphql';
import { usePages } from '../graph/usePages';
import { FileButton } from '../parts/FileButton';
import { LongList } from '../parts/LongList';
import { Sign } from '../parts/Signs';
import { Empty } from '../parts/States';
import { audioStates, deliveries, reviews } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { ScriptCard } from './ScriptCard';
import { EditScript, RegenerateScript } from './ScriptChanges';
import { scriptsDocument } from './scriptDocuments';
import type { Whole } from './useCampaign';

const exportDocument = graphql(`
  query ScriptsExport($campaignId: ID!, $review: ReviewState, $stopped: Boolean) {
    scriptsExport(campaignId: $campaignId, review: $review, stopped: $stopped) {
      url
    }
  }
`);

export function Scripts({ campaign }: { campaign: Whole }) {
  const { mayWrite } = useViewer();
  const [address, setAddress] = useSearchParams();
  const review = address.get('review') as ReviewState | null;
  const stopped = address.get('stopped') === 'true' ? true : null;
  const pages = usePages(
    scriptsDocument,
    { id: campaign.id, review, stopped },
    data => data.campaign?.scripts,
    {
      tick: campaign.updatedAt,
    },
  );
  const [openId, setOpenId] = useState<string>();
  const [dialog, setDialog] = useState<'edit' | 'write'>();
  const open = pages.rows.find(script => script.id === openId);
  const set = (name: string, value: string | null) =>
    setAddress(
      now => {
        if (value) now.set(name, value);
        else now.delete(name);
        return now;
      },
      { replace: true },
    );
  const isChangeable = mayWrite && campaign.status === 'REVIEW';
  return (
    <>
      <Group mb="md" align="flex-end">
        <Select
          label="Review"
          placeholder="All"
          clearable
          data={Object.entries(reviews).map(([value, { label }]) => ({ value, label }))}
          value={review}
          onChange={value => set('review', value)}
        />
        <Select
          label="Check"
          placeholder="All"
          clearable
          data={[{ value: 'true', label: 'Stopped by the check' }]}
          value={stopped ? 'true' : null}
          onChange={value => set('stopped', value)}
        />
        <FileButton
          label="Download as CSV"
          document={exportDocument}
          variables={{ campaignId: campaign.id, review, stopped }}
          pick={data => data.scriptsExport.url}
        />
      </Group>
      <LongList<ScriptWholeFragment>
        name="Scripts"
        pages={pages}
        keyOf={script => script.id}
        open={script => setOpenId(script.id)}
        empty={
          <Empty title="No scripts here">They appear when they are written, or change the filter.</Empty>
        }
        columns={[
          { title: 'For', width: 9, cell: s => s.contact?.name ?? 'Unknown' },
          {
            title: 'Words',
            width: 18,
            cell: s => (
              <Text span size="sm" className="clip" title={s.text}>
                {s.text}
              </Text>
            ),
          },
          {
            title: 'Check',
            width: 8,
            cell: s =>
              s.lint ? (
                s.lint.passed ? (
                  `${Math.round(s.lint.estimatedSeconds)} s`
                ) : (
                  <Sign of={{ label: 'Stopped', color: 'red' }} />
                )
              ) : (
                '—'
              ),
          },
          { title: 'Review', width: 9, cell: s => <Sign of={reviews[s.review]} /> },
          { title: 'Audio', width: 9, cell: s => <Sign of={audioStates[s.audioState]} /> },
          { title: 'Delivery', width: 8, cell: s => <Sign of={deliveries[s.delivery]} /> },
          {
            title: 'Open',
            width: 5,
            cell: s => (
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => setOpenId(s.id)}
                aria-label={`Open the script for ${s.contact?.name ?? 'the contact'}`}
              >
                Open
              </Button>
            ),
          },
        ]}
      />
      <Drawer
        opened={open !== undefined}
        onClose={() => setOpenId(undefined)}
        title="Script"
        position="right"
        size="lg"
      >
        {open && (
          <ScriptCard script={open}>
            {isChangeable && (
              <Group>
                <Button variant="default" onClick={() => setDialog('edit')}>
                  Edit
                </Button>
                <Button variant="default" onClick={() => setDialog('write')}>
                  Write again
                </Button>
              </Group>
            )}
            {isChangeable && dialog === 'edit' && (
              <EditScript
                key={`${open.id} ${open.version}`}
                script={open}
                opened
                close={() => setDialog(undefined)}
              />
            )}
            {isChangeable && dialog === 'write' && (
              <RegenerateScript key={open.id} script={open} opened close={() => setDialog(undefined)} />
            )}
          </ScriptCard>
        )}
      </Drawer>
    </>
  );
}
