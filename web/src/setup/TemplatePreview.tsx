// What the template comes to for a real contact of the campaign, and what the check says of it.
import { Alert, Group, Button, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { usePages } from '../graph/usePages';
import { Shown } from '../parts/States';
import { plain } from '../parts/words';

const peopleDocument = graphql(`
  query PreviewPeople($id: ID!, $first: Int, $after: String, $minPosition: Position) {
    campaign(id: $id, minPosition: $minPosition) {
      contacts(first: $first, after: $after) {
        nodes {
          contactId
          contact {
            name
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const previewDocument = graphql(`
  query PreviewTemplate($campaignId: ID!, $contactId: ID!, $template: String) {
    templatePreview(campaignId: $campaignId, contactId: $contactId, template: $template) {
      text
      error
      lint {
        passed
        estimatedSeconds
        findings {
          rule
          severity
          advice
        }
      }
    }
  }
`);

interface Properties {
  campaignId: string;
  template: string;
  /** Shown anew when this changes: the campaign's own values may have. */
  tick: string;
}

export function TemplatePreview({ campaignId, template, tick }: Properties) {
  const people = usePages(peopleDocument, { id: campaignId }, data => data.campaign?.contacts, { size: 5 });
  const [at, setAt] = useState(0);
  const person = people.rows[at % Math.max(1, people.rows.length)];
  const asked = useAsk(
    previewDocument,
    { campaignId, contactId: person?.contactId ?? '', template: template || null },
    { pause: !person, tick },
  );
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            As {person?.contact?.name ?? 'a contact'} hears it
          </Title>
          {people.rows.length > 1 && (
            <Button size="compact-sm" variant="default" onClick={() => setAt(at + 1)}>
              Another contact
            </Button>
          )}
        </Group>
        {!person && !people.loading && (
          <Text c="dimmed">Import contacts to see how it sounds to one of them.</Text>
        )}
        {person && (
          <Shown asked={asked} what="the preview">
            {({ templatePreview: seen }) => (
              <>
                {seen.error && (
                  <Alert color="red" variant="light" title="The template can’t be used for this contact">
                    <span className="words">{seen.error}</span>
                  </Alert>
                )}
                {seen.text && <Text className="words">{seen.text}</Text>}
                {seen.lint && (
                  <Text size="sm" c="dimmed">
                    About {Math.round(seen.lint.estimatedSeconds)} seconds spoken
                    {seen.lint.passed ? '; nothing stops an approval' : ''}
                  </Text>
                )}
                {seen.lint?.findings.map((finding, n) => (
                  <Alert
                    key={n}
                    variant="light"
                    p="xs"
                    color={finding.severity === 'BLOCKING' ? 'red' : 'yellow'}
                    title={plain(finding.rule)}
                  >
                    {finding.advice}
                  </Alert>
                ))}
              </>
            )}
          </Shown>
        )}
      </Stack>
    </Paper>
  );
}
