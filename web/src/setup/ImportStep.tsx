// Taking contacts into the campaign: from a file, the CRM or a connected account; what was taken in, and undoing it.
import { Button, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import type { Whole } from '../campaign/useCampaign';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { usePages } from '../graph/usePages';
import { count, sources } from '../parts/words';
import { ConnectedSource } from './ConnectedSource';
import { CrmPick } from './CrmPick';
import { FileImport } from './FileImport';
import { ImportCard } from './ImportCard';
import { Past } from './Setup';
import { importsDocument } from './importDocuments';

const sourcesDocument = graphql(`
  query ContactSources {
    contactSources {
      source
      connectBy
    }
  }
`);

export function ImportStep({ campaign }: { campaign: Whole }) {
  const [address, setAddress] = useSearchParams();
  const services = useAsk(sourcesDocument, {});
  const imports = usePages(importsDocument, { campaignId: campaign.id }, data => data.imports, {
    tick: campaign.status,
    size: 20,
  });
  const from = address.get('from') ?? 'file';
  const isDraft = campaign.status === 'DRAFT';
  const running = campaign.status === 'IMPORTING_CONTACTS' ? campaign.importId : undefined;
  const past = imports.rows.filter(i => i.id !== running);
  const offered = services.data?.contactSources ?? [];
  return (
    <Stack>
      {running && <ImportCard id={running} />}
      {!isDraft && !running && (
        <Past campaign={campaign} what="Contacts are taken in while the campaign is a draft." />
      )}
      {isDraft && (
        <Tabs
          value={from}
          onChange={key => setAddress(key === 'file' ? {} : { from: key ?? 'file' })}
          keepMounted={false}
        >
          <Tabs.List aria-label="Where the contacts come from" mb="md">
            <Tabs.Tab value="file">File</Tabs.Tab>
            <Tabs.Tab value="crm">Contacts already here</Tabs.Tab>
            {offered.map(s => (
              <Tabs.Tab key={s.source} value={s.source}>
                {sources[s.source]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="file">
            <FileImport campaignId={campaign.id} />
          </Tabs.Panel>
          <Tabs.Panel value="crm">
            <CrmPick campaignId={campaign.id} />
          </Tabs.Panel>
          {offered.map(s => (
            <Tabs.Panel key={s.source} value={s.source}>
              <ConnectedSource service={s} campaignId={campaign.id} />
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
      {past.length > 0 && (
        <>
          <Title order={2} size="h4">
            Taken in so far
          </Title>
          {past.map(i => (
            <ImportCard key={i.id} id={i.id} start={i} />
          ))}
        </>
      )}
      {isDraft && campaign.counters.contacts > 0 && (
        <Group>
          <Text>{count(campaign.counters.contacts)} contacts are in the campaign.</Text>
          <Button component={Link} to={`/agent/campaigns/${campaign.id}/setup/duplicates`}>
            Go on to duplicates
          </Button>
        </Group>
      )}
    </Stack>
  );
}
