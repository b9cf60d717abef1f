// Changes of what the law asks of the organization: permits and emergencies.
import { graphql } from '../graph/generated';

export const permitDocument = graphql(`
  mutation RecordPermit($input: PermitInput!) {
    it: recordPermit(input: $input) {
      ...OrganizationAnswer
    }
  }
`);

export const withdrawDocument = graphql(`
  mutation WithdrawPermit($state: String!, $permit: PermitKind!, $reason: String!) {
    it: withdrawPermit(state: $state, permit: $permit, reason: $reason) {
      ...OrganizationAnswer
    }
  }
`);

export const declareDocument = graphql(`
  mutation DeclareEmergency($state: String!, $until: DateTime, $reason: String!) {
    it: declareEmergency(state: $state, until: $until, reason: $reason) {
      ...OrganizationAnswer
    }
  }
`);

export const endEmergencyDocument = graphql(`
  mutation EndEmergency($state: String!, $reason: String!) {
    it: endEmergency(state: $state, reason: $reason) {
      ...OrganizationAnswer
    }
  }
`);
