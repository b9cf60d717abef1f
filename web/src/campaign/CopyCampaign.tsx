// A copy of a campaign as a new draft: its type, neighborhood, template and variables, without contacts.
import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useClient } from 'urql';
import { campaignDocument, createDocument } from '../campaigns/documents';
import { saidOf, showRefusal, useChange } from '../graph/useChange';
import { Sure } from '../parts/Sure';

interface Properties {
  id: string;
  name: string;
  size?: string;
  /** Says which campaign, where there are many of these buttons. */
  isOneOfMany?: boolean;
}

export function CopyCampaign({ id, name, size = 'sm', isOneOfMany = false }: Properties) {
  const navigate = useNavigate();
  const client = useClient();
  const create = useChange(createDocument);
  const [copyName, setCopyName] = useState(`${name}, again`);
  const copy = async () => {
    const read = await client.query(campaignDocument, { id }, { requestPolicy: 'network-only' }).toPromise();
    const campaign = read.data?.campaign;
    if (!campaign) {
      showRefusal(read.error ? saidOf(read.error) : 'The campaign is not there any more.');
      return undefined;
    }
    const made = await create.run({
      input: {
        name: copyName.trim() || name,
        type: campaign.type,
        neighborhood: campaign.neighborhood ?? null,
        scriptTemplate: campaign.scriptTemplate ?? null,
        scriptVariables: campaign.scriptVariables.map(v => ({ name: v.name, value: v.value })),
      },
    });
    if (made) void navigate(`/agent/campaigns/${made.campaignId}/setup/import`);
    return made;
  };
  return (
    <Sure
      label="Copy"
      {...(isOneOfMany ? { spoken: `Copy ${name}` } : {})}
      size={size}
      title="Copy this campaign?"
      does="Make the copy"
      color="blue"
      run={copy}
    >
      <Text size="sm" mb="sm">
        The copy is a draft with the same type, neighborhood and script template, without contacts.
      </Text>
      <TextInput
        label="Name of the copy"
        value={copyName}
        onChange={e => setCopyName(e.currentTarget.value)}
      />
    </Sure>
  );
}
