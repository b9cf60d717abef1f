// Everybody in the contact list: filters in the address, a long list, marking many at once, adding one by hand.
import { Anchor, Button, Checkbox, Group, Select, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { graphql } from '../graph/generated';
import type {
  CampaignType,
  ContactFilterInput,
  ContactStanding,
  ContactsQuery,
} from '../graph/generated/graphql';
import { usePages } from '../graph/usePages';
import { FileButton } from '../parts/FileButton';
import { LongList } from '../parts/LongList';
import { useCampaignChoices } from '../parts/campaignChoices';
import { PageTitle } from '../parts/PageTitle';
import { Sign, When } from '../parts/Signs';
import { Empty } from '../parts/States';
import { campaignTypes, count, phone, sources, standings } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { AddContact } from './AddContact';
import { MarkMany } from './MarkMany';
import { e164 } from './e164';

const document = graphql(`
  query Contacts($filter: ContactFilterInput, $first: Int, $after: String, $minPosition: Position) {
    contacts(filter: $filter, first: $first, after: $after, minPosition: $minPosition) {
      nodes {
        id
        name
        phone
        city
        state
        source
        standing
        lastContactedAt
        createdAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const exportDocument = graphql(`
  query ContactsExport($filter: ContactFilterInput) {
    contactsExport(filter: $filter) {
      url
    }
  }
`);

/** Most contacts of one change. */
const AT_ONCE = 1000;

type Row = ContactsQuery['contacts']['nodes'][number];

export function ContactList() {
  const { mayWrite } = useViewer();
  const navigate = useNavigate();
  const [address, setAddress] = useSearchParams();
  const [number, setNumber] = useState(address.get('phone') ?? '');
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const campaign = address.get('campaign');
  const campaigns = useCampaignChoices(campaign ? [campaign] : [], null);
  const set = (name: string) => (value: string | null) =>
    setAddress(
      now => {
        if (value) now.set(name, value);
        else now.delete(name);
        return now;
      },
      { replace: true },
    );
  const day = (name: string, time: string) => {
    const value = address.get(name);
    return value ? new Date(`${value}${time}`).toISOString() : null;
  };
  const never = address.get('never') === 'true';
  const filter: ContactFilterInput = {
    campaignId: campaign,
    campaignType: address.get('type') as CampaignType | null,
    contactedFrom: never ? null : day('from', 'T00:00'),
    contactedUntil: never ? null : day('until', 'T23:59:59'),
    neverContacted: never,
    standings: address.get('standing') ? [address.get('standing') as ContactStanding] : null,
    phone: address.get('phone'),
  };
  const pages = usePages(document, { filter }, data => data.contacts);
  const isFiltered = [...address.keys()].length > 0;
  const flip = (id: string) =>
    setPicked(now => {
      const then = new Set(now);
      if (!then.delete(id)) then.add(id);
      return then;
    });
  const wrong = number !== '' && e164(number) === undefined;
  return (
    <>
      <PageTitle
        title="Contacts"
        under="Found by the whole phone number. Names, addresses and e-mail addresses lie sealed and can’t be searched."
      >
        <FileButton
          label="Download as CSV"
          document={exportDocument}
          variables={{ filter }}
          pick={data => data.contactsExport.url}
        />
        {mayWrite && <AddContact />}
      </PageTitle>
      <Group mb="md" align="flex-end">
        <form
          onSubmit={event => {
            event.preventDefault();
            if (!wrong) set('phone')(e164(number) ?? null);
          }}
        >
          <Group gap={4} align="flex-end">
            <TextInput
              label="Phone number"
              placeholder="(760) 555-0120"
              value={number}
              error={wrong ? 'Ten digits of a US number' : undefined}
              onChange={event => setNumber(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" disabled={wrong}>
              Find
            </Button>
          </Group>
        </form>
        <Select
          label="Campaign"
          placeholder="All"
          clearable
          searchable
          {...campaigns}
          value={campaign}
          onChange={set('campaign')}
        />
        <Select
          label="Campaign type"
          placeholder="All"
          clearable
          data={Object.entries(campaignTypes).map(([value, label]) => ({ value, label }))}
          value={address.get('type')}
          onChange={set('type')}
        />
        <Select
          label="Standing"
          placeholder="All"
          clearable
          data={Object.entries(standings)
            .filter(([value]) => value !== 'ABSENT')
            .map(([value, { label }]) => ({ value, label }))}
          value={address.get('standing')}
          onChange={set('standing')}
        />
        <TextInput
          label="Contacted from"
          type="date"
          disabled={never}
          value={address.get('from') ?? ''}
          onChange={e => set('from')(e.currentTarget.value)}
        />
        <TextInput
          label="Contacted until"
          type="date"
          disabled={never}
          value={address.get('until') ?? ''}
          onChange={e => set('until')(e.currentTarget.value)}
        />
        <Checkbox
          label="Never contacted"
          mb={8}
          checked={never}
          onChange={e => set('never')(e.currentTarget.checked ? 'true' : null)}
        />
      </Group>
      {mayWrite && pages.rows.length > 0 && (
        <Button
          mb="sm"
          size="compact-sm"
          variant="default"
          onClick={() =>
            setPicked(picked.size > 0 ? new Set() : new Set(pages.rows.slice(0, AT_ONCE).map(row => row.id)))
          }
        >
          {picked.size > 0 ? 'Pick none' : `Pick the ${count(Math.min(AT_ONCE, pages.rows.length))} loaded`}
        </Button>
      )}
      {mayWrite && picked.size > 0 && (
        <MarkMany
          ids={[...picked]}
          done={marked => {
            const gone = new Set(marked);
            setPicked(now => new Set([...now].filter(id => !gone.has(id))));
          }}
        />
      )}
      <LongList<Row>
        name="Contacts"
        pages={pages}
        keyOf={row => row.id}
        open={row => void navigate(`/agent/crm/contacts/${row.id}`)}
        empty={
          isFiltered ? (
            <Empty title="No contact matches">
              Change the filters, or take one away. Numbers are found whole, not in part, and names are not
              searched.
            </Empty>
          ) : (
            <Empty title="No contacts yet">Import a list in a new campaign, or add somebody by hand.</Empty>
          )
        }
        columns={[
          ...(mayWrite
            ? [
                {
                  title: 'Pick',
                  width: 3,
                  cell: (row: Row) => (
                    <Checkbox
                      aria-label={`Pick ${row.name}`}
                      checked={picked.has(row.id)}
                      onChange={() => flip(row.id)}
                    />
                  ),
                },
              ]
            : []),
          {
            title: 'Name',
            width: 12,
            cell: row => (
              <Anchor component={Link} to={`/agent/crm/contacts/${row.id}`}>
                {row.name || 'No name'}
              </Anchor>
            ),
          },
          {
            title: 'Number',
            width: 8,
            cell: row => (
              <Text span size="sm" className="figures">
                {phone(row.phone)}
              </Text>
            ),
          },
          { title: 'Place', width: 9, cell: row => [row.city, row.state].filter(Boolean).join(', ') || '—' },
          { title: 'Standing', width: 9, cell: row => <Sign of={standings[row.standing]} /> },
          {
            title: 'Last contacted',
            width: 9,
            cell: row => (row.lastContactedAt ? <When at={row.lastContactedAt} /> : 'never'),
          },
          { title: 'From', width: 9, cell: row => sources[row.source] },
        ]}
      />
    </>
  );
}
