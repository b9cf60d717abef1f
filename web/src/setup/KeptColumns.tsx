// Choices of columns that are kept under a name: using one, keeping this one, forgetting one.
import { Group, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Sure } from '../parts/Sure';
import { mappingTemplatesDocument, removeMappingDocument } from './importDocuments';
import type { ImportDraft } from './importDraft';

interface Properties {
  /** Headers of the file; columns of a kept choice that it does not have are passed over. */
  headers: string[];
  draft: ImportDraft;
  choose: (columns: { header: string; field: string }[]) => void;
  keepAs: (name: string) => void;
}

export function KeptColumns({ headers, draft, choose, keepAs }: Properties) {
  const asked = useAsk(mappingTemplatesDocument, {});
  const remove = useChange(removeMappingDocument);
  const [used, setUsed] = useState<string | null>(null);
  const kept = asked.data?.mappingTemplates ?? [];
  const use = (name: string | null) => {
    setUsed(name);
    const found = kept.find(template => template.name === name);
    if (!found) return;
    const columns = found.mapping.filter(column => headers.includes(column.header));
    choose(columns.map(({ header, field }) => ({ header, field })));
  };
  return (
    <Group align="flex-end">
      {kept.length > 0 && (
        <>
          <Select
            label="Columns as they were kept"
            placeholder="Choose a kept choice"
            clearable
            data={kept.map(template => template.name)}
            value={used}
            onChange={use}
          />
          {used && (
            <Sure
              label="Forget it"
              title={`Forget ${used}?`}
              does="Forget it"
              run={async () => {
                const done = await remove.run({ name: used });
                if (done) setUsed(null);
                return done;
              }}
            >
              The columns of this file stay as they are chosen now; imports that used the choice are not
              touched.
            </Sure>
          )}
        </>
      )}
      <TextInput
        label="Keep these columns as"
        description="For the next list of this kind; may stay empty"
        maxLength={80}
        value={draft.keepAs}
        onChange={event => keepAs(event.currentTarget.value)}
      />
    </Group>
  );
}
