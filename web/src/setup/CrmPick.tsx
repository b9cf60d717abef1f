// Contacts that are here already, put into the campaign by a filter.
import { Button, Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import type { CampaignType } from '../graph/generated/graphql';
import { useChange } from '../graph/useChange';
import { campaignTypes, count } from '../parts/words';

const document = graphql(`
  mutation PickContacts($campaignId: ID!, $filter: ContactFilterInput) {
    it: pickContacts(campaignId: $campaignId, filter: $filter) {
      __typename
      ... on ContactsPicked {
        rows
        added
        duplicates
        rejected
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export function CrmPick({ campaignId }: { campaignId: string }) {
  const [type, setType] = useState<string | null>(null);
  const [never, setNever] = useState(false);
  const [before, setBefore] = useState('');
  const [said, setSaid] = useState<string>();
  const pick = useChange(document);
  const run = async () => {
    const done = await pick.run({
      campaignId,
      filter: {
        standings: ['OPEN'],
        campaignType: type as CampaignType | null,
        neverContacted: never,
        contactedUntil: before && !never ? new Date(`${before}T00:00`).toISOString() : null,
      },
    });
    if (done)
      setSaid(
        `${count(done.added)} contacts were added; ${count(done.duplicates)} were in the campaign already.`,
      );
  };
  return (
    <Stack align="flex-start">
      <Text size="sm">
        Takes in everybody who may be contacted and whom the filter leaves, up to 100,000.
      </Text>
      <Group align="flex-end">
        <Select
          label="In a campaign of this type before"
          placeholder="Any or none"
          clearable
          data={Object.entries(campaignTypes).map(([value, label]) => ({ value, label }))}
          value={type}
          onChange={setType}
        />
        <TextInput
          label="Last contacted before"
          type="date"
          disabled={never}
          value={before}
          onChange={e => setBefore(e.currentTarget.value)}
        />
      </Group>
      <Checkbox
        label="Only who was never contacted"
        checked={never}
        onChange={e => setNever(e.currentTarget.checked)}
      />
      <Button loading={pick.busy} onClick={() => void run()}>
        Put them into the campaign
      </Button>
      {said && <Text role="status">{said}</Text>}
    </Stack>
  );
}
