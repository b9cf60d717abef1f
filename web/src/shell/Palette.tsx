// The command palette (Ctrl+K): places, actions, and campaigns by name.
import type { SpotlightActionData, SpotlightActionGroupData } from '@mantine/spotlight';
import { Spotlight } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { campaignStatuses } from '../parts/words';
import { actionsFor, placesFor } from './places';
import { useViewer } from './viewer';

const document = graphql(`
  query PaletteCampaigns($name: String, $minPosition: Position) {
    campaigns(filter: { name: $name }, first: 8, minPosition: $minPosition) {
      nodes {
        id
        name
        status
      }
    }
  }
`);

export function Palette() {
  const viewer = useViewer();
  const navigate = useNavigate();
  const [words, setWords] = useState('');
  const { data } = useAsk(document, { name: words.trim() || null });
  const to = (path: string) => () => {
    void navigate(path);
  };
  const known = [...placesFor(viewer), ...actionsFor(viewer)];
  const groups: (SpotlightActionGroupData | SpotlightActionData)[] = [
    {
      group: 'Go to',
      actions: known.map(p => ({ id: p.path, label: p.name, description: p.words, onClick: to(p.path) })),
    },
    {
      group: 'Campaigns',
      actions: (data?.campaigns.nodes ?? []).map(c => ({
        id: c.id,
        label: c.name,
        description: campaignStatuses[c.status].label,
        onClick: to(`/agent/campaigns/${c.id}`),
      })),
    },
  ];
  return (
    <Spotlight
      actions={groups}
      query={words}
      onQueryChange={setWords}
      shortcut={['mod + K']}
      nothingFound="Nothing found"
      highlightQuery
      limit={12}
      scrollable
      maxHeight={420}
      searchProps={{ placeholder: 'Go to a place or a campaign', 'aria-label': 'Search' }}
    />
  );
}
