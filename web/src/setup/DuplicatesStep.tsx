// Contacts that another campaign has, or that were called too recently: take them out, or keep them with a reason.
import { Anchor, Button, Checkbox, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { Whole } from '../campaign/useCampaign';
import { graphql } from '../graph/generated';
import type { DuplicatesQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { usePages } from '../graph/usePages';
import { LongList } from '../parts/LongList';
import { CampaignSign, Sign, When } from '../parts/Signs';
import { Empty } from '../parts/States';
import { Sure } from '../parts/Sure';
import { count, counted, deliveries, phone } from '../parts/words';
import { Past } from './Setup';
import { callerIdsDocument } from './documents';

const document = graphql(`
  query Duplicates($campaignId: ID!, $minIntervalDays: Int, $first: Int, $after: String) {
    duplicates(campaignId: $campaignId, minIntervalDays: $minIntervalDays, first: $first, after: $after) {
      nodes {
        contactId
        contact {
          name
          phone
        }
        conflicts {
          campaignId
          campaignName
          status
          contactedAt
          daysSince
          outcome
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const resolveDocument = graphql(`
  mutation ResolveDuplicates($id: ID!, $decision: DuplicateDecision!) {
    it: resolveDuplicates(id: $id, decision: $decision) {
      __typename
      ... on CampaignChanged {
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

type Row = DuplicatesQuery['duplicates']['nodes'][number];

/** Most contacts of one request. */
const AT_ONCE = 1000;

export function DuplicatesStep({ campaign }: { campaign: Whole }) {
  const navigate = useNavigate();
  const settings = useAsk(callerIdsDocument, {});
  const [chosen, setChosen] = useState<number>();
  const usual = campaign.minIntervalDays ?? settings.data?.organization?.settings.minIntervalDays;
  const days = chosen ?? usual ?? 30;
  const pages = usePages(
    document,
    { campaignId: campaign.id, minIntervalDays: days },
    data => data.duplicates,
    {
      pause: usual === undefined,
      size: 50,
    },
  );
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const resolve = useChange(resolveDocument);
  if (campaign.status !== 'DRAFT')
    return <Past campaign={campaign} what="Duplicates are resolved while the campaign is a draft." />;
  const next = `/agent/campaigns/${campaign.id}/setup/scripts`;
  const flip = (id: string) =>
    setPicked(now => {
      const then = new Set(now);
      if (!then.delete(id)) then.add(id);
      return then;
    });
  const all = pages.rows.slice(0, AT_ONCE).map(row => row.contactId);
  const remove = async (ids: string[], keepReason: string | null) => {
    const done = await resolve.run({
      id: campaign.id,
      decision: { remove: ids, keepReason, minIntervalDays: days },
    });
    if (done) setPicked(new Set());
    return done;
  };
  return (
    <Stack>
      <Group align="flex-end">
        <NumberInput
          label="Least days between two calls of a person"
          description="A shorter interval finds fewer; it holds for this campaign from the decision on"
          min={0}
          max={3650}
          value={days}
          onChange={value => value !== '' && setChosen(Number(value))}
        />
      </Group>
      <LongList<Row>
        name="Duplicates"
        pages={pages}
        keyOf={row => row.contactId}
        empty={
          <Empty
            title="No duplicates"
            action={
              <Button component={Link} to={next}>
                Go on to scripts
              </Button>
            }
          >
            Nobody of the {count(campaign.counters.contacts)} contacts is in another campaign that is under
            way, or was called within {count(days)} days.
          </Empty>
        }
        columns={[
          {
            title: 'Take out',
            width: 4,
            cell: row => (
              <Checkbox
                aria-label={`Take out ${row.contact?.name ?? 'the contact'}`}
                checked={picked.has(row.contactId)}
                onChange={() => flip(row.contactId)}
              />
            ),
          },
          {
            title: 'Contact',
            width: 10,
            cell: row => (
              <>
                {row.contact?.name ?? 'Unknown'}
                <Text size="xs" c="dimmed">
                  {row.contact ? phone(row.contact.phone) : ''}
                </Text>
              </>
            ),
          },
          {
            title: 'Also in',
            width: 22,
            cell: row =>
              row.conflicts.map(conflict => (
                <Group key={conflict.campaignId} gap="xs">
                  <Anchor component={Link} to={`/agent/campaigns/${conflict.campaignId}`} size="sm">
                    {conflict.campaignName}
                  </Anchor>
                  <CampaignSign status={conflict.status} />
                  <Text size="sm" component="span">
                    {conflict.contactedAt ? (
                      <>
                        called <When at={conflict.contactedAt} />, {counted(conflict.daysSince ?? 0, 'day')}{' '}
                        ago, <Sign of={deliveries[conflict.outcome]} />
                      </>
                    ) : (
                      'not called yet'
                    )}
                  </Text>
                </Group>
              )),
          },
        ]}
      />
      {pages.rows.length > 0 && (
        <Group>
          <Sure
            label={`Take out the ${count(picked.size)} ticked`}
            disabled={picked.size === 0}
            title="Take them out of this campaign?"
            does={`Take out ${counted(picked.size, 'contact')}`}
            reason={picked.size < pages.rows.length || pages.hasMore ? 'Why the others stay' : ''}
            run={reason => remove([...picked], reason || null)}
          >
            They stay in the contact list and in the other campaigns.
          </Sure>
          <Sure
            label={
              pages.hasMore ? `Take out the ${count(all.length)} loaded` : `Take out all ${count(all.length)}`
            }
            title="Take all of them out of this campaign?"
            does={`Take out ${counted(all.length, 'contact')}`}
            reason={pages.hasMore ? 'Why the others stay for now' : ''}
            run={reason => remove(all, reason || null)}
          >
            They stay in the contact list and in the other campaigns.
          </Sure>
          <Sure
            label="Keep all"
            variant="filled"
            color="blue"
            title="Keep all of them?"
            does="Keep them and go on"
            reason="Why they stay"
            run={async reason => {
              const done = await remove([], reason);
              if (done) void navigate(next);
              return done;
            }}
          >
            The rules still hold: whoever was called too recently is held back when the campaign is sent.
          </Sure>
        </Group>
      )}
    </Stack>
  );
}
