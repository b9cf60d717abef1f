// The contacts of a campaign with script, audio and delivery of each.
import { Anchor, Button, Checkbox, Group, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { graphql } from '../graph/generated';
import type {
  AudioState,
  CampaignContactsQuery,
  DeliveryStatus,
  ReviewState,
} from '../graph/generated/graphql';
import { usePages } from '../graph/usePages';
import { FileButton } from '../parts/FileButton';
import { LongList } from '../parts/LongList';
import { Sign, When } from '../parts/Signs';
import { Empty } from '../parts/States';
import { audioStates, count, deliveries, phone, plain, reviews } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { FindInCampaign } from './FindInCampaign';
import { AT_ONCE, TakeOut } from './TakeOut';
import type { Whole } from './useCampaign';

const document = graphql(`
  query CampaignContacts(
    $id: ID!
    $review: ReviewState
    $audio: AudioState
    $deliveries: [DeliveryStatus!]
    $withoutScript: Boolean
    $first: Int
    $after: String
    $minPosition: Position
  ) {
    campaign(id: $id, minPosition: $minPosition) {
      contacts(
        review: $review
        audio: $audio
        deliveries: $deliveries
        withoutScript: $withoutScript
        first: $first
        after: $after
      ) {
        nodes {
          contactId
          contact {
            name
            phone
            city
            state
          }
          review
          audio
          delivery
          obstacleRule
          obstacleDetail
          heldUntil
          contactedAt
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const exportDocument = graphql(`
  query DeliveriesExport(
    $campaignId: ID!
    $review: ReviewState
    $audio: AudioState
    $deliveries: [DeliveryStatus!]
    $withoutScript: Boolean
  ) {
    deliveriesExport(
      campaignId: $campaignId
      review: $review
      audio: $audio
      deliveries: $deliveries
      withoutScript: $withoutScript
    ) {
      url
    }
  }
`);

type Row = NonNullable<CampaignContactsQuery['campaign']>['contacts']['nodes'][number];

const choices = (of: Record<string, { label: string }>) =>
  Object.entries(of).map(([value, { label }]) => ({ value, label }));

/** In the address: contacts that have no script. */
const UNWRITTEN = 'none';

export function Contacts({ campaign }: { campaign: Whole }) {
  const { mayWrite } = useViewer();
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const navigate = useNavigate();
  const [address, setAddress] = useSearchParams();
  const set = (name: string) => (value: string | null) =>
    setAddress(
      now => {
        if (value) now.set(name, value);
        else now.delete(name);
        return now;
      },
      { replace: true },
    );
  const delivery = address.get('delivery');
  const filter = {
    review: address.get('review') === UNWRITTEN ? null : (address.get('review') as ReviewState | null),
    audio: address.get('audio') as AudioState | null,
    withoutScript: address.get('review') === UNWRITTEN ? true : null,
    deliveries: delivery ? [delivery as DeliveryStatus] : null,
  };
  const pages = usePages(document, { id: campaign.id, ...filter }, data => data.campaign?.contacts, {
    tick: campaign.updatedAt,
  });
  const isOpen = mayWrite && ['DRAFT', 'REVIEW'].includes(campaign.status);
  const flip = (id: string) =>
    setPicked(now => {
      const then = new Set(now);
      if (!then.delete(id)) then.add(id);
      return then;
    });
  const isFiltered = ['review', 'audio', 'delivery'].some(name => address.get(name));
  return (
    <>
      <Group mb="md" align="flex-end">
        <FindInCampaign campaignId={campaign.id} number={address.get('phone')} find={set('phone')} />
        <Select
          label="Review"
          placeholder="All"
          clearable
          data={[{ value: UNWRITTEN, label: 'Not written' }, ...choices(reviews)]}
          value={address.get('review')}
          onChange={set('review')}
        />
        <Select
          label="Audio"
          placeholder="All"
          clearable
          data={choices(audioStates)}
          value={address.get('audio')}
          onChange={set('audio')}
        />
        <Select
          label="Delivery"
          placeholder="All"
          clearable
          data={choices(deliveries)}
          value={delivery}
          onChange={set('delivery')}
        />
        <FileButton
          label="Download as CSV"
          document={exportDocument}
          variables={{ campaignId: campaign.id, ...filter }}
          pick={data => data.deliveriesExport.url}
        />
      </Group>
      {isOpen && pages.rows.length > 0 && (
        <Button
          mb="sm"
          size="compact-sm"
          variant="default"
          onClick={() =>
            setPicked(
              picked.size > 0 ? new Set() : new Set(pages.rows.slice(0, AT_ONCE).map(row => row.contactId)),
            )
          }
        >
          {picked.size > 0 ? 'Pick none' : `Pick the ${count(Math.min(AT_ONCE, pages.rows.length))} loaded`}
        </Button>
      )}
      {isOpen && picked.size > 0 && (
        <TakeOut campaignId={campaign.id} ids={[...picked]} done={() => setPicked(new Set())} />
      )}
      <LongList<Row>
        name="Contacts of the campaign"
        pages={pages}
        total={isFiltered ? undefined : campaign.counters.contacts}
        keyOf={row => row.contactId}
        open={row => void navigate(`/agent/crm/contacts/${row.contactId}`)}
        empty={
          isFiltered ? (
            <Empty title="No contact matches">Change the filters, or take one away.</Empty>
          ) : (
            <Empty title="No contacts yet">
              <Anchor component={Link} to={`/agent/campaigns/${campaign.id}/setup/import`}>
                Import a list
              </Anchor>
            </Empty>
          )
        }
        columns={[
          ...(isOpen
            ? [
                {
                  title: 'Pick',
                  width: 3,
                  cell: (row: Row) => (
                    <Checkbox
                      aria-label={`Pick ${row.contact?.name ?? 'the contact'}`}
                      checked={picked.has(row.contactId)}
                      onChange={() => flip(row.contactId)}
                    />
                  ),
                },
              ]
            : []),
          {
            title: 'Contact',
            width: 12,
            cell: row => (
              <>
                <Anchor component={Link} to={`/agent/crm/contacts/${row.contactId}`}>
                  {row.contact?.name ?? 'Unknown'}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {row.contact ? phone(row.contact.phone) : ''}{' '}
                  {[row.contact?.city, row.contact?.state].filter(Boolean).join(', ')}
                </Text>
              </>
            ),
          },
          {
            title: 'Script',
            width: 9,
            cell: row => (row.review ? <Sign of={reviews[row.review]} /> : 'Not written'),
          },
          { title: 'Audio', width: 9, cell: row => <Sign of={audioStates[row.audio]} /> },
          { title: 'Delivery', width: 8, cell: row => <Sign of={deliveries[row.delivery]} /> },
          {
            title: 'In the way',
            width: 12,
            cell: row =>
              row.obstacleRule ? (
                <>
                  <Text size="sm">{row.obstacleDetail ?? plain(row.obstacleRule)}</Text>
                  <Text size="xs" c="dimmed" component="div">
                    {row.obstacleRule}
                    {row.heldUntil && (
                      <>
                        , until <When at={row.heldUntil} />
                      </>
                    )}
                  </Text>
                </>
              ) : (
                '—'
              ),
          },
          { title: 'Contacted', width: 9, cell: row => <When at={row.contactedAt} /> },
        ]}
      />
    </>
  );
}
