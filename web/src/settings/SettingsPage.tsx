// Settings by section; what a person may not change is not offered.
import { Box, Grid, NavLink, Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, Navigate, useNavigate, useParams } from 'react-router';
import { PageTitle } from '../parts/PageTitle';
import { NotFound } from '../shell/NotFound';
import { useViewer } from '../shell/viewer';
import { Account } from './Account';
import { CallerIds } from './CallerIds';
import { CarrierReports } from './CarrierReports';
import { InboundAddresses } from './InboundAddresses';
import { Members } from './Members';
import { Notifications } from './Notifications';
import { Organization } from './Organization';
import { Permits } from './Permits';
import { Providers } from './Providers';
import { Rules } from './Rules';
import { Sending } from './Sending';
import { States } from './States';
import { Suppression } from './Suppression';
import { Teams } from './Teams';
import { Voices } from './Voices';

interface Section {
  key: string;
  label: string;
  content: ReactNode;
}

const SECTIONS: Section[] = [
  { key: 'account', label: 'Account', content: <Account /> },
  { key: 'organization', label: 'Agent, rules and rates', content: <Organization /> },
  { key: 'members', label: 'Members', content: <Members /> },
  { key: 'teams', label: 'Teams', content: <Teams /> },
  { key: 'caller-ids', label: 'Caller ids', content: <CallerIds /> },
  { key: 'providers', label: 'Providers', content: <Providers /> },
  { key: 'voices', label: 'Voices', content: <Voices /> },
  { key: 'states', label: 'States', content: <States /> },
  { key: 'permits', label: 'Permits and emergencies', content: <Permits /> },
  { key: 'rules', label: 'Rules', content: <Rules /> },
  { key: 'suppression', label: 'Suppression', content: <Suppression /> },
  { key: 'sending', label: 'Halt of sending', content: <Sending /> },
  { key: 'inbound', label: 'Inbound addresses', content: <InboundAddresses /> },
  { key: 'notifications', label: 'Notifications', content: <Notifications /> },
  { key: 'reports', label: 'Carrier reports', content: <CarrierReports /> },
];

/** Sections in which everybody has something to change. */
const OWN = ['account', 'notifications'];

export function SettingsPage() {
  const { section } = useParams();
  const { mayAdminister } = useViewer();
  const navigate = useNavigate();
  if (!section) return <Navigate to="/settings/account" replace />;
  const open = SECTIONS.find(s => s.key === section);
  if (!open) return <NotFound />;
  return (
    <>
      <PageTitle
        title={`Settings: ${open.label}`}
        under={mayAdminister || OWN.includes(section) ? undefined : 'Only admins change these; you may look.'}
      />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 3 }}>
          <Select
            hiddenFrom="md"
            label="Section"
            allowDeselect={false}
            data={SECTIONS.map(s => ({ value: s.key, label: s.label }))}
            value={section}
            onChange={key => key && void navigate(`/settings/${key}`)}
          />
          <Box component="nav" aria-label="Settings" visibleFrom="md">
            {SECTIONS.map(s => (
              <NavLink
                key={s.key}
                component={Link}
                to={`/settings/${s.key}`}
                label={s.label}
                active={s.key === section}
                variant="light"
              />
            ))}
          </Box>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 9 }}>{open.content}</Grid.Col>
      </Grid>
    </>
  );
}
