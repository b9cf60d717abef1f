// Every list that was taken in, with its result, its rejected rows and its undoing; a list into the contact list alone.
import { Button, Modal, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useSearchParams } from 'react-router';
import { usePages } from '../graph/usePages';
import { PageTitle } from '../parts/PageTitle';
import { Empty, Failed, Loading } from '../parts/States';
import { FileImport } from '../setup/FileImport';
import { ImportCard } from '../setup/ImportCard';
import { importsDocument } from '../setup/importDocuments';
import { useViewer } from '../shell/viewer';

export function ImportList() {
  const { mayWrite } = useViewer();
  const [address] = useSearchParams();
  const [opened, { open, close }] = useDisclosure(address.has('upload'));
  const pages = usePages(importsDocument, { campaignId: null }, data => data.imports, { size: 20 });
  return (
    <>
      <PageTitle title="Imports" under="Lists that were taken in, newest first">
        {mayWrite && <Button onClick={open}>Import into the contact list</Button>}
      </PageTitle>
      <Modal opened={opened} onClose={close} title="Import into the contact list" size="xl">
        <FileImport campaignId={null} done={close} />
      </Modal>
      {pages.loading && <Loading what="the imports" />}
      {pages.error && <Failed error={pages.error} again={pages.again} />}
      {!pages.loading && pages.rows.length === 0 && !pages.error && (
        <Empty title="No list was taken in yet">
          Import one here, or in the second step of a new campaign.
        </Empty>
      )}
      <Stack>
        {pages.rows.map(row => (
          <ImportCard key={row.id} id={row.id} start={row} />
        ))}
        {pages.hasMore && (
          <Button variant="default" onClick={pages.more}>
            Show more
          </Button>
        )}
      </Stack>
    </>
  );
}
