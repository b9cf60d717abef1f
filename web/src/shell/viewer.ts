// Who is signed in and what they may do.
import { createContext, useContext } from 'react';
import { graphql } from '../graph/generated';
import type { ViewerQuery } from '../graph/generated/graphql';

export const viewerDocument = graphql(`
  query Viewer {
    sandbox
    viewer {
      userId
      name
      email
      role
      organization {
        id
        name
        demonstration
        halts {
          by
          reason
        }
      }
    }
  }
`);

export type Viewer = NonNullable<ViewerQuery['viewer']>;

export interface Permissions {
  /** Make, change and send campaigns; add contacts. */
  mayWrite: boolean;
  /** Settings and members. */
  mayAdminister: boolean;
  /** Read the whole history. */
  mayAudit: boolean;
}

export const permissionsOf = (role: Viewer['role']): Permissions => ({
  mayWrite: role === 'ADMIN' || role === 'AGENT',
  mayAdminister: role === 'ADMIN',
  mayAudit: role === 'ADMIN' || role === 'AUDITOR',
});

export const ViewerContext = createContext<Viewer | undefined>(undefined);

export function useViewer(): Viewer & Permissions {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('used outside of a signed-in page');
  return { ...viewer, ...permissionsOf(viewer.role) };
}
