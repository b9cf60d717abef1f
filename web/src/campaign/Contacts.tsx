// The contacts of a campaign with script, audio and delivery of each.
import { Anchor, Group, Select, Text } from '@mantine/core';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { graphql } from '../graph/generated';
import type {
  AudioState,
  CampaignContactsQuery,
  DeliveryStatus,
  ReviewState,
} from '../graph/generated/graphql';
import { usePages } from '../graph/usePages';
import { LongList } from '../parts/LongList';
import { Sign, When } from '../parts/Signs';
import { Empty } from '../parts/States';
import { audioStates, deliveries, phone, plain, reviews } from '../parts/words';
import type { Whole } from './useCampaign';

const document = graphql(`
  query CampaignContacts(
    $id: ID!
    $review: ReviewState
    $audio: AudioState
    $deliveries: [DeliveryStatus!]
    $first: Int
    $after: String
    $minPosition: Position
  ) {
    campaign(id: $id, minPosition: $minPosition) {
      contacts(review: $review, audio: $audio, deliveries: $deliveries, first: $first, after: $after) {
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

type Row = NonNullable<CampaignContactsQuery['campaign']>['contacts']['nodes'][number];

const choices = (of: Record<string, { label: string }>) =>
  Object.entries(of).map(([value, { label }]) => ({ value, label }));

export function Contacts({ campaign }: { campaign: Whole }) {
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
  const pages = usePages(
    document,
    {
      id: campaign.id,
      review: address.get('review') as ReviewState | null,
      audio: address.get('audio') as AudioState | null,
      deliveries: delivery ? [delivery as DeliveryStatus] : null,
    },
    data => data.campaign?.contacts,
    { tick: campaign.updatedAt },
  );
  const isFiltered = ['review', 'audio', 'delivery'].some(name => address.get(name));
  return (
    <>
      <Group mb="md" align="flex-end">
        <Select
          label="Review"
          placeholder="All"
          clearable
          data={choices(reviews)}
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
      </Group>
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
