// Campaigns are found by name, however many there are.
import { Select } from '@mantine/core';
import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { drawn } from '../testing';
import { searchOf, useCampaignChoices } from './campaignChoices';

afterEach(cleanup);

function Pick({ start }: { start: string | null }) {
  const [value, setValue] = useState(start);
  const choices = useCampaignChoices(value ? [value] : [], null);
  return <Select label="Campaign" searchable {...choices} value={value} onChange={setValue} />;
}

const found = (name: string | null) =>
  Array.from({ length: name ? 1 : 50 }, (_, n) => ({
    id: `campaign:${name ?? n}`,
    name: name ? `The ${name} farm` : `Farm ${n}`,
  }));

const answers = {
  CampaignChoices: ({ filter }: Record<string, unknown>) => ({
    campaigns: { nodes: found((filter as { name: string | null }).name) },
  }),
  CampaignName: () => ({ campaign: { name: 'Farm of long ago' } }),
};

test('a campaign beyond the first fifty is found by its name', async () => {
  const { asked } = drawn(<Pick start={null} />, answers);
  const field = screen.getByRole('combobox', { name: 'Campaign' });
  act(() => field.focus());
  await screen.findByText('Farm 49');
  fireEvent.change(field, { target: { value: 'Ironwood' } });
  fireEvent.click(await screen.findByText('The Ironwood farm'));
  await waitFor(() => expect(field).toHaveProperty('value', 'The Ironwood farm'));
  expect(asked).toContainEqual(['CampaignChoices', { filter: { name: 'Ironwood', statuses: null } }]);
});

test('one that is chosen by the address is named, though it is not among those found', async () => {
  drawn(<Pick start="campaign:old" />, answers);
  const field = screen.getByRole('combobox', { name: 'Campaign' });
  await waitFor(() => expect(field).toHaveProperty('value', 'Farm of long ago'));
});

test('the name of what is chosen is no search', () => {
  expect(searchOf('Desert', ['Desert farm'])).toBe('Desert');
  expect(searchOf('Desert farm', ['Desert farm'])).toBe('');
  expect(searchOf('…', [undefined])).toBe('');
});
