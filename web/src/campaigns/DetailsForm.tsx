// Name, type and neighbourhood of a campaign.
import { Button, Group, Radio, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { CampaignType } from '../graph/generated/graphql';
import type { Saved } from '../graph/useAutosave';
import { SavedSign } from '../parts/SavedSign';
import { campaignTypes } from '../parts/words';

const MEANINGS: Record<CampaignType, string> = {
  SPHERE_OF_INFLUENCE: 'People you know',
  PAST_CLIENTS: 'People you have closed with',
  NEIGHBORHOOD_EXPIREDS: 'Owners whose listing expired',
  HIGH_EQUITY: 'Owners with much equity',
  CUSTOM: 'Anything else',
};

export interface Given {
  name: string;
  type: CampaignType;
  neighborhood: string | null;
}

interface Properties {
  start?: Given;
  /** The type stays as it was made. */
  typeStays?: boolean;
  busy: boolean;
  does: string;
  save: (given: Given) => Promise<void>;
  /** Told at each change, for what saves by itself. */
  changed?: (given: Given) => void;
  saved?: Saved;
}

export function DetailsForm(properties: Properties) {
  const { start, typeStays = false, busy, does, save, changed, saved } = properties;
  const [name, setName] = useState(start?.name ?? '');
  const [type, setType] = useState<CampaignType>(start?.type ?? 'NEIGHBORHOOD_EXPIREDS');
  const [neighborhood, setNeighborhood] = useState(start?.neighborhood ?? '');
  const given = (called = name, where = neighborhood): Given => ({
    name: called.trim(),
    type,
    neighborhood: where.trim() || null,
  });
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        void save(given());
      }}
    >
      <Stack maw={560}>
        <TextInput
          label="Name"
          description="As you will look for it later"
          required
          maxLength={120}
          value={name}
          onChange={event => {
            const { value } = event.currentTarget;
            setName(value);
            changed?.(given(value));
          }}
        />
        <Radio.Group
          label="What it is for"
          description={
            typeStays ? 'Fixed when the campaign was made' : 'It decides which script it begins with'
          }
          value={type}
          onChange={value => setType(value as CampaignType)}
        >
          <Stack gap="xs" mt="xs">
            {Object.entries(campaignTypes).map(([value, label]) => (
              <Radio
                key={value}
                value={value}
                label={label}
                description={MEANINGS[value as CampaignType]}
                disabled={typeStays && value !== type}
              />
            ))}
          </Stack>
        </Radio.Group>
        <TextInput
          label="Neighborhood"
          description="The farm, as the script says it; may stay empty"
          maxLength={120}
          value={neighborhood}
          onChange={event => {
            const { value } = event.currentTarget;
            setNeighborhood(value);
            changed?.(given(name, value));
          }}
        />
        <Group>
          <Button type="submit" loading={busy} disabled={!name.trim()}>
            {does}
          </Button>
          {saved && <SavedSign saved={saved} />}
        </Group>
      </Stack>
    </form>
  );
}
