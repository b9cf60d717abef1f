// Changes of one contact.
import { graphql } from '../graph/generated';

export const markDocument = graphql(`
  mutation MarkDoNotContact($id: ID!, $reason: String!) {
    it: markDoNotContact(id: $id, reason: $reason) {
      ...ContactAnswer
    }
  }
`);

export const liftDocument = graphql(`
  mutation LiftDoNotContact($id: ID!, $reason: String!) {
    it: liftDoNotContact(id: $id, reason: $reason) {
      ...ContactAnswer
    }
  }
`);

export const optOutDocument = graphql(`
  mutation OptOut($id: ID!, $channel: OptOutChannel!) {
    it: optOut(id: $id, channel: $channel) {
      ...ContactAnswer
    }
  }
`);

export const consentDocument = graphql(`
  mutation RecordConsent($contactIds: [ID!]!, $consent: ConsentInput!) {
    it: recordConsent(contactIds: $contactIds, consent: $consent) {
      __typename
      ... on ConsentsRecorded {
        contacts
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const revokeDocument = graphql(`
  mutation RevokeConsent($id: ID!, $how: String!) {
    it: revokeConsent(id: $id, how: $how) {
      ...ContactAnswer
    }
  }
`);

export const addDocument = graphql(`
  mutation AddContact($input: NewContactInput!) {
    it: addContact(input: $input) {
      __typename
      ... on ContactAdded {
        duplicate
        filled
        change {
          contactId
          position
        }
      }
      ... on Refusal {
        message
      }
    }
  }
`);
