// One contact: details, consent, campaigns with outcomes, opt-out and do-not-contact.
import { Alert, Anchor, Button, Grid, Group, Paper, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { graphql } from '../graph/generated';
import type { ContactByIdQuery, OptOutChannel } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { PageTitle } from '../parts/PageTitle';
import { Sign, When } from '../parts/Signs';
import { Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { campaignTypes, counted, deliveries, phone, sources, standings } from '../parts/words';
import { NotFound } from '../shell/NotFound';
import { useViewer } from '../shell/viewer';
import { RecordConsent } from './RecordConsent';
import { liftDocument, markDocument, optOutDocument, revokeDocument } from './documents';

const document = graphql(`
  query ContactById($id: ID!, $minPosition: Position) {
    organization(minPosition: $minPosition) {
      settings {
        minIntervalDays
      }
    }
    contact(id: $id, minPosition: $minPosition) {
      id
      name
      phone
      email
      street
      city
      state
      zip
      source
      importId
      listingStatus
      standing
      doNotContactReason
      consent {
        form
        seller
        capturedAt
      }
      consentRevoked
      lastContactedAt
      daysSinceContact
      createdAt
      campaigns {
        campaignId
        campaignName
        type
        addedAt
        contactedAt
        delivery
      }
    }
  }
`);

type Contact = NonNullable<ContactByIdQuery['contact']>;

export function ContactPage() {
  const { id = '' } = useParams();
  const { mayWrite, mayAudit } = useViewer();
  const asked = useAsk(document, { id });
  return (
    <Shown asked={asked} what="the contact">
      {({ contact, organization }) => {
        if (!contact) return <NotFound />;
        const interval = organization?.settings.minIntervalDays ?? 0;
        const days = contact.daysSinceContact;
        return (
          <>
            <PageTitle
              title={contact.name || phone(contact.phone)}
              under={<Sign of={standings[contact.standing]} />}
            >
              {mayAudit && (
                <Button component={Link} to={`/audit?contact=${contact.id}`} variant="default">
                  Whole history
                </Button>
              )}
            </PageTitle>
            {days != null && days < interval && (
              <Alert color="orange" variant="light" mb="md" title="Contacted too recently">
                The last voicemail was {days === 0 ? 'today' : `${counted(days, 'day')} ago`}; your interval
                is {counted(interval, 'day')}. A campaign holds this contact until then.
              </Alert>
            )}
            {contact.doNotContactReason && (
              <Alert color="red" variant="light" mb="md" title="Must not be contacted">
                {contact.doNotContactReason}
              </Alert>
            )}
            <Grid gap="md">
              <Grid.Col span={{ base: 12, md: 5 }}>
                <Details contact={contact} />
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 7 }}>
                <Stack>
                  {mayWrite && <Standing contact={contact} />}
                  <Campaigns contact={contact} />
                </Stack>
              </Grid.Col>
            </Grid>
          </>
        );
      }}
    </Shown>
  );
}

function Details({ contact }: { contact: Contact }) {
  const consent = contact.consent
    ? `${contact.consent.form === 'WRITTEN' ? 'Written' : 'Oral'}${contact.consent.seller ? `, for ${contact.consent.seller}` : ''}`
    : contact.consentRevoked
      ? 'Given once and ended'
      : 'None recorded';
  const lines: [string, ReactNode][] = [
    ['Number', phone(contact.phone)],
    ['E-mail', contact.email ?? '—'],
    [
      'Address',
      [contact.street, contact.city, [contact.state, contact.zip].filter(Boolean).join(' ')]
        .filter(Boolean)
        .join(', ') || '—',
    ],
    ['Listing', contact.listingStatus ?? '—'],
    ['Consent', consent],
    ['Consent given', contact.consent?.capturedAt ? <When key="c" at={contact.consent.capturedAt} /> : '—'],
    ['Last contacted', contact.lastContactedAt ? <When key="l" at={contact.lastContactedAt} /> : 'never'],
    ['Came from', sources[contact.source]],
    ['Since', <When key="s" at={contact.createdAt} />],
  ];
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Details
      </Title>
      <Table aria-label="Details" withRowBorders={false} verticalSpacing={4}>
        <Table.Tbody>
          {lines.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={130}>
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

function Standing({ contact }: { contact: Contact }) {
  const mark = useChange(markDocument);
  const lift = useChange(liftDocument);
  const optOut = useChange(optOutDocument);
  const revoke = useChange(revokeDocument);
  const [channel, setChannel] = useState<OptOutChannel>('AGENT');
  const { id, standing } = contact;
  if (standing === 'ERASED') return null;
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        What this person has said
      </Title>
      <Group>
        <RecordConsent ids={[id]} />
        {contact.consent && (
          <Sure
            label="Consent ended"
            title="Record that consent ended?"
            does="Record it"
            reason="How it ended"
            run={how => revoke.run({ id, how })}
          >
            Where a rule asks for consent, this contact is blocked from now on.
          </Sure>
        )}
        {standing === 'OPEN' && (
          <Sure
            label="Opted out"
            title="Record an opt-out?"
            does="Record the opt-out"
            run={() => optOut.run({ id, channel })}
          >
            <Text size="sm" mb="sm">
              No more voicemails to this number, from any campaign.
            </Text>
            <Select
              label="How it reached you"
              allowDeselect={false}
              data={[
                { value: 'AGENT', label: 'The person told somebody' },
                { value: 'PHONE', label: 'By the opt-out line' },
                { value: 'SMS', label: 'By text message' },
                { value: 'EMAIL', label: 'By e-mail' },
                { value: 'WEB', label: 'By a web page' },
              ]}
              value={channel}
              onChange={value => setChannel((value ?? 'AGENT') as OptOutChannel)}
            />
          </Sure>
        )}
        {standing === 'DO_NOT_CONTACT' ? (
          <Sure
            label="Allow contact again"
            title="Allow contact again?"
            does="Allow it"
            color="orange"
            reason="On what grounds"
            run={reason => lift.run({ id, reason })}
          >
            Campaigns may send to this contact again, where every other rule allows it.
          </Sure>
        ) : (
          <Sure
            label="Do not contact"
            title="Never contact this person again?"
            does="Mark “do not contact”"
            reason="Why"
            run={reason => mark.run({ id, reason })}
          >
            No campaign sends to this contact from now on, also those that are under way. It can be lifted
            with a reason.
          </Sure>
        )}
      </Group>
    </Paper>
  );
}

function Campaigns({ contact }: { contact: Contact }) {
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Campaigns
      </Title>
      {contact.campaigns.length === 0 ? (
        <Text c="dimmed">In no campaign that you can see.</Text>
      ) : (
        <Table.ScrollContainer minWidth={460} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table aria-label="Campaigns of the contact">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Campaign</Table.Th>
                <Table.Th>Added</Table.Th>
                <Table.Th>Contacted</Table.Th>
                <Table.Th>Outcome</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {contact.campaigns.map(c => (
                <Table.Tr key={c.campaignId}>
                  <Table.Td>
                    <Anchor component={Link} to={`/agent/campaigns/${c.campaignId}`} size="sm">
                      {c.campaignName}
                    </Anchor>
                    <Text size="xs" c="dimmed">
                      {campaignTypes[c.type]}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <When at={c.addedAt} />
                  </Table.Td>
                  <Table.Td>
                    <When at={c.contactedAt} />
                  </Table.Td>
                  <Table.Td>
                    <Sign of={deliveries[c.delivery]} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Paper>
  );
}
