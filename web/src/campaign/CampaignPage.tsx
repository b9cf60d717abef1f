// One campaign: what it is, what to do next, and its five tabs.
import { Alert, Button, Tabs } from '@mantine/core';
import { Suspense, lazy } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { primaryAction } from '../campaigns/steps';
import { PageTitle } from '../parts/PageTitle';
import { CampaignSign } from '../parts/Signs';
import { Loading, Shown } from '../parts/States';
import { campaignTypes } from '../parts/words';
import { NotFound } from '../shell/NotFound';
import { useViewer } from '../shell/viewer';
import { Contacts } from './Contacts';
import { Controls } from './Controls';
import { Digest } from './Digest';
import { Overview } from './Overview';
import { Scripts } from './Scripts';
import { useCampaign } from './useCampaign';

const Analytics = lazy(() => import('./Analytics').then(m => ({ default: m.Analytics })));

const TABS = [
  ['overview', 'Overview'],
  ['contacts', 'Contacts'],
  ['scripts', 'Scripts'],
  ['analytics', 'Analytics'],
  ['digest', 'Digest'],
] as const;

export function CampaignPage() {
  const { id = '', tab = 'overview' } = useParams();
  const navigate = useNavigate();
  const { mayWrite } = useViewer();
  const { asked, campaign } = useCampaign(id);
  if (!TABS.some(([key]) => key === tab)) return <NotFound />;
  return (
    <Shown asked={asked} what="the campaign">
      {() => {
        if (!campaign) return <NotFound />;
        const next = primaryAction(campaign.id, campaign);
        return (
          <>
            <PageTitle
              title={campaign.name}
              under={
                <>
                  {campaignTypes[campaign.type]}
                  {campaign.neighborhood ? ` · ${campaign.neighborhood}` : ''}
                  {campaign.ownerName ? ` · ${campaign.ownerName}` : ''}{' '}
                  <CampaignSign status={campaign.status} start={campaign.schedule.start} />
                </>
              }
            >
              {mayWrite && next.path.includes('/setup/') && (
                <Button component={Link} to={next.path}>
                  {next.name}
                </Button>
              )}
              {mayWrite && <Controls campaign={campaign} />}
            </PageTitle>
            {campaign.statusReason && (
              <Alert color="orange" variant="light" mb="md" title="Why it stands here">
                {campaign.statusReason}
              </Alert>
            )}
            <Tabs
              value={tab}
              onChange={key => void navigate(`/agent/campaigns/${id}${key === 'overview' ? '' : `/${key}`}`)}
              keepMounted={false}
            >
              <Tabs.List mb="md" aria-label="Parts of the campaign">
                {TABS.map(([key, label]) => (
                  <Tabs.Tab key={key} value={key}>
                    {label}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Tabs.Panel value="overview">
                <Overview campaign={campaign} />
              </Tabs.Panel>
              <Tabs.Panel value="contacts">
                <Contacts campaign={campaign} />
              </Tabs.Panel>
              <Tabs.Panel value="scripts">
                <Scripts campaign={campaign} />
              </Tabs.Panel>
              <Tabs.Panel value="analytics">
                <Suspense fallback={<Loading what="the charts" />}>
                  <Analytics campaign={campaign} />
                </Suspense>
              </Tabs.Panel>
              <Tabs.Panel value="digest">
                <Digest campaign={campaign} />
              </Tabs.Panel>
            </Tabs>
          </>
        );
      }}
    </Shown>
  );
}
