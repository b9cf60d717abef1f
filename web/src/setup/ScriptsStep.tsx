// The template of the scripts: written with variables, saved by itself, shown as a real contact would hear it; then written for all.
import { Alert, Button, Grid, Group, Paper, Select, Stack, Switch, Textarea, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useRef, useState } from 'react';
import { Running } from '../campaign/Overview';
import type { Whole } from '../campaign/useCampaign';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { useAutosave } from '../graph/useAutosave';
import { useChange } from '../graph/useChange';
import { SavedSign } from '../parts/SavedSign';
import { counted } from '../parts/words';
import { CostLines } from './CostLines';
import { OwnVariables } from './OwnVariables';
import { Past } from './Setup';
import { TemplatePreview } from './TemplatePreview';
import { changeDocument, generateDocument } from './documents';

const document = graphql(`
  query TemplateWorkshop($type: CampaignType!) {
    templateVariables {
      name
      meaning
    }
    templateFilters {
      name
      meaning
    }
    starterTemplate(type: $type)
    writers {
      provider
      model
      batchPricePercent
    }
  }
`);

export function ScriptsStep({ campaign }: { campaign: Whole }) {
  const asked = useAsk(document, { type: campaign.type });
  const [typed, setTyped] = useState<string>();
  const { saved, put } = useAutosave(changeDocument);
  const [engine, setEngine] = useState('template');
  const [wantsBatch, setWantsBatch] = useState(false);
  const [prompt, setPrompt] = useState('');
  const generate = useChange(generateDocument);
  const area = useRef<HTMLTextAreaElement>(null);
  const starter = asked.data?.starterTemplate ?? '';
  const template = typed ?? campaign.scriptTemplate ?? starter;
  const [settled] = useDebouncedValue(template, 500);
  const write = (text: string) => {
    setTyped(text);
    put({ id: campaign.id, change: { scriptTemplate: text } });
  };
  if (campaign.status === 'GENERATING_SCRIPTS') return <Running campaign={campaign} />;
  const { counters: c } = campaign;
  const written = c.scriptsPending + c.scriptsApproved + c.scriptsRejected + c.scriptsNeedsRevision;
  const isDraft = campaign.status === 'DRAFT';
  const wanted = isDraft ? c.contacts : c.contacts - written + c.scriptsRejected + c.scriptsNeedsRevision;
  // In review, what is missing and what a reviewer sent back can still be written.
  if (!isDraft && (campaign.status !== 'REVIEW' || wanted === 0))
    return <Past campaign={campaign} what="The scripts are written; the review goes on." />;
  const insert = (name: string | null) => {
    if (!name) return;
    const at = area.current?.selectionStart ?? template.length;
    write(`${template.slice(0, at)}{{ ${name} }}${template.slice(at)}`);
    area.current?.focus();
  };
  const percent = asked.data?.writers.find(w => w.provider === engine)?.batchPricePercent ?? undefined;
  const takesBatches = percent !== undefined;
  const chosen = engine === 'template' ? null : { provider: engine, batch: takesBatches && wantsBatch };
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Stack>
          <Textarea
            ref={area}
            label="Template"
            description={
              '{{ first_name | default("neighbor") }} says “neighbor” where a first name is missing'
            }
            autosize
            minRows={10}
            maxRows={24}
            value={template}
            onChange={event => write(event.currentTarget.value)}
            error={typeof saved === 'object' ? saved.problem : undefined}
          />
          <Group justify="space-between">
            <Select
              aria-label="Put in a variable"
              placeholder="Put in a variable"
              searchable
              value={null}
              data={(asked.data?.templateVariables ?? []).map(v => ({
                value: v.name,
                label: `${v.name}: ${v.meaning}`,
              }))}
              onChange={insert}
              w={300}
            />
            <SavedSign saved={saved} />
            {template !== starter && (
              <Button size="xs" variant="default" onClick={() => write(starter)}>
                Back to the starter template
              </Button>
            )}
          </Group>
          <OwnVariables key={campaign.id} campaign={campaign} />
          <Paper withBorder p="md">
            <Stack>
              <Title order={2} size="h4">
                Write the scripts
              </Title>
              <Select
                label="Written by"
                allowDeselect={false}
                value={engine}
                onChange={value => setEngine(value ?? 'template')}
                data={[
                  { value: 'template', label: 'The template, word for word' },
                  ...(asked.data?.writers ?? []).map(w => ({
                    value: w.provider,
                    label: `The model ${w.model} (${w.provider})`,
                  })),
                ]}
              />
              {takesBatches && (
                <Switch
                  label="By batch: cheaper, within a day"
                  description={`At ${percent} % of the price, some time within a day in place of minutes`}
                  checked={wantsBatch}
                  onChange={event => setWantsBatch(event.currentTarget.checked)}
                />
              )}
              {chosen && (
                <Textarea
                  label="What the model should mind"
                  description="Added to its instructions"
                  autosize
                  minRows={2}
                  value={prompt}
                  onChange={e => setPrompt(e.currentTarget.value)}
                />
              )}
              <CostLines campaignId={campaign.id} engine={chosen} takesBatches={takesBatches} />
              {!isDraft && (
                <Alert color="blue" variant="light">
                  {counted(c.contacts - written, 'contact')} without a script, and{' '}
                  {counted(c.scriptsRejected + c.scriptsNeedsRevision, 'script')} that a reviewer sent back.
                  The others stay as they are.
                </Alert>
              )}
              {campaign.counters.contacts === 0 && (
                <Alert color="yellow" variant="light">
                  There are no contacts yet: import a list first.
                </Alert>
              )}
              <Group>
                <Button
                  loading={generate.busy}
                  disabled={campaign.counters.contacts === 0 || saved !== 'saved'}
                  onClick={() =>
                    void generate.run({
                      id: campaign.id,
                      engine: chosen,
                      prompt: chosen ? prompt.trim() || null : null,
                    })
                  }
                >
                  Write {counted(wanted, 'script')}
                </Button>
              </Group>
            </Stack>
          </Paper>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <TemplatePreview campaignId={campaign.id} template={settled} tick={campaign.updatedAt} />
      </Grid.Col>
    </Grid>
  );
}
