// An address that is none of the page's.
import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { PageTitle } from '../parts/PageTitle';
import { Empty } from '../parts/States';

export function NotFound() {
  return (
    <>
      <PageTitle title="Not found" />
      <Empty
        title="There is nothing at this address"
        action={
          <Button component={Link} to="/agent/campaigns">
            To the campaigns
          </Button>
        }
      >
        It may have been deleted, or it is not yours to see. Check the address, or ask whoever sent it to you.
      </Empty>
    </>
  );
}
