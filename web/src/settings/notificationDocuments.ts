// What is asked and changed about who is told when a campaign has ended.
import { graphql } from '../graph/generated';

export const endpointsDocument = graphql(`
  query WebhookEndpoints {
    webhookEndpoints {
      id
      origin
      earlierSecretsUntil
    }
  }
`);

export const digestMailDocument = graphql(`
  query DigestMailWishes {
    digestMail {
      configured
      toOwners
      own
      recipients {
        id
        address
      }
    }
  }
`);

export const notificationsDocument = graphql(`
  query NotificationLog($state: NotificationState, $first: Int, $after: String) {
    notifications(state: $state, first: $first, after: $after) {
      nodes {
        id
        channel
        targetId
        campaignId
        state
        tries
        status
        error
        createdAt
        triedAt
        nextTryAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const addEndpointDocument = graphql(`
  mutation AddWebhookEndpoint($url: String!) {
    it: addWebhookEndpoint(url: $url) {
      __typename
      ... on WebhookEndpointAdded {
        secret
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const rotateSecretDocument = graphql(`
  mutation RotateWebhookSecret($id: ID!) {
    it: rotateWebhookSecret(id: $id) {
      __typename
      ... on WebhookSecretRotated {
        secret
        earlierSecretsUntil
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const removeEndpointDocument = graphql(`
  mutation RemoveWebhookEndpoint($id: ID!) {
    it: removeWebhookEndpoint(id: $id) {
      ...OrganizationAnswer
    }
  }
`);

export const testEndpointDocument = graphql(`
  mutation TestWebhookEndpoint($id: ID!) {
    it: testWebhookEndpoint(id: $id) {
      ...OrganizationAnswer
    }
  }
`);

export const addRecipientDocument = graphql(`
  mutation AddDigestRecipient($address: String!) {
    it: addDigestRecipient(address: $address) {
      __typename
      ... on DigestRecipientAdded {
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const removeRecipientDocument = graphql(`
  mutation RemoveDigestRecipient($id: ID!) {
    it: removeDigestRecipient(id: $id) {
      ...OrganizationAnswer
    }
  }
`);

export const mailToOwnersDocument = graphql(`
  mutation SetDigestMailToOwners($wanted: Boolean!) {
    it: setDigestMailToOwners(wanted: $wanted) {
      ...OrganizationAnswer
    }
  }
`);

export const ownMailDocument = graphql(`
  mutation SetOwnDigestMail($wanted: Boolean!) {
    it: setOwnDigestMail(wanted: $wanted) {
      ...OrganizationAnswer
    }
  }
`);

export const testMailDocument = graphql(`
  mutation TestDigestMail {
    it: testDigestMail {
      ...OrganizationAnswer
    }
  }
`);

export const replayDocument = graphql(`
  mutation ReplayNotification($id: ID!) {
    it: replayNotification(id: $id) {
      __typename
      ... on NotificationReplayed {
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);
