// Campaigns to choose from, found by their name: there can be more than a list can hold.
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { graphql } from '../graph/generated';
import type { CampaignStatus } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';

const foundDocument = graphql(`
  query CampaignChoices($filter: CampaignFilterInput, $minPosition: Position) {
    campaigns(filter: $filter, first: 50, minPosition: $minPosition) {
      nodes {
        id
        name
      }
    }
  }
`);

const nameDocument = graphql(`
  query CampaignName($id: ID!) {
    campaign(id: $id) {
      name
    }
  }
`);

/** Stands for a name that is being asked for. */
const UNNAMED = '…';

interface Choice {
  value: string;
  label: string;
}

export interface CampaignChoices {
  data: Choice[];
  searchValue: string;
  onSearchChange: (typed: string) => void;
  /** What was found was found by the server. */
  filter: (found: { options: unknown[] }) => never[];
}

/** What is looked for: a field that shows its choice has the name of that in it, which is no search. */
export const searchOf = (typed: string, chosen: (string | undefined)[]): string =>
  typed === UNNAMED || chosen.includes(typed) ? '' : typed;

/** Those that match what is typed, the newest first, and those that are chosen already. */
export function useCampaignChoices(chosen: string[], statuses: CampaignStatus[] | null): CampaignChoices {
  const client = useClient();
  const [typed, setTyped] = useState('');
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const search = searchOf(
    typed,
    chosen.map(id => names.get(id)),
  );
  const [wanted] = useDebouncedValue(search, 250);
  const asked = useAsk(foundDocument, { filter: { name: wanted || null, statuses } });
  const found = asked.data?.campaigns.nodes;
  const unnamed = chosen.filter(id => !names.has(id)).join(' ');
  useEffect(() => {
    if (!unnamed) return;
    let isCurrent = true;
    const nameOf = async (id: string): Promise<[string, string]> => {
      const answer = await client.query(nameDocument, { id }).toPromise();
      return [id, answer.data?.campaign?.name ?? 'A campaign that is not there any more'];
    };
    void Promise.all(unnamed.split(' ').map(nameOf)).then(known => {
      if (isCurrent) setNames(before => new Map([...before, ...known]));
    });
    return () => {
      isCurrent = false;
    };
  }, [client, unnamed]);
  const choices = new Map((found ?? []).map(({ id, name }) => [id, name]));
  for (const id of chosen) choices.set(id, names.get(id) ?? choices.get(id) ?? UNNAMED);
  return {
    data: [...choices].map(([value, label]) => ({ value, label })),
    searchValue: typed,
    onSearchChange: setTyped,
    filter: ({ options }) => options as never[],
  };
}
