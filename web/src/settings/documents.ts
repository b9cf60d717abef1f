// Changes of the organization and of one's own account.
import { graphql } from '../graph/generated';

export const settingsDocument = graphql(`
  mutation ChangeSettings($change: SettingsChange!) {
    it: changeSettings(change: $change) {
      ...OrganizationAnswer
    }
  }
`);

export const addCallerDocument = graphql(`
  mutation AddCallerId($number: String!, $label: String!, $proof: String!) {
    it: addCallerId(number: $number, label: $label, proof: $proof) {
      ...OrganizationAnswer
    }
  }
`);

export const removeCallerDocument = graphql(`
  mutation RemoveCallerId($number: String!) {
    it: removeCallerId(number: $number) {
      ...OrganizationAnswer
    }
  }
`);

export const switchDocument = graphql(`
  mutation SwitchState($state: String!, $on: Boolean!, $reason: String!) {
    it: switchState(state: $state, on: $on, reason: $reason) {
      ...OrganizationAnswer
    }
  }
`);

export const haltDocument = graphql(`
  mutation HaltSending($reason: String!) {
    it: haltSending(reason: $reason) {
      ...OrganizationAnswer
    }
  }
`);

export const allowDocument = graphql(`
  mutation AllowSending($reason: String!) {
    it: allowSending(reason: $reason) {
      ...OrganizationAnswer
    }
  }
`);

export const unsuppressDocument = graphql(`
  mutation RemoveSuppression($phone: String!, $reason: String!) {
    it: removeSuppression(phone: $phone, reason: $reason) {
      ...OrganizationAnswer
    }
  }
`);

export const suppressDocument = graphql(`
  mutation AddSuppression($phone: String!, $reason: String!) {
    it: addSuppression(phone: $phone, reason: $reason) {
      ...OrganizationAnswer
    }
  }
`);

export const loadListDocument = graphql(`
  mutation LoadSuppressionList($file: SuppressionFile!) {
    it: loadSuppressionList(file: $file) {
      ...OrganizationAnswer
    }
  }
`);

export const roleDocument = graphql(`
  mutation ChangeRole($userId: ID!, $role: Role!) {
    it: changeRole(userId: $userId, role: $role) {
      ...OrganizationAnswer
    }
  }
`);

export const removeMemberDocument = graphql(`
  mutation RemoveMember($userId: ID!) {
    it: removeMember(userId: $userId) {
      ...OrganizationAnswer
    }
  }
`);

export const joinDocument = graphql(`
  mutation JoinTeam($teamId: ID!, $userId: ID!) {
    it: joinTeam(teamId: $teamId, userId: $userId) {
      ...OrganizationAnswer
    }
  }
`);

export const leaveDocument = graphql(`
  mutation LeaveTeam($teamId: ID!, $userId: ID!) {
    it: leaveTeam(teamId: $teamId, userId: $userId) {
      ...OrganizationAnswer
    }
  }
`);

export const teamDocument = graphql(`
  mutation CreateTeam($name: String!) {
    it: createTeam(name: $name) {
      __typename
      ... on TeamCreated {
        teamId
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const addMemberDocument = graphql(`
  mutation AddMember($input: NewMember!) {
    it: addMember(input: $input) {
      __typename
      ... on MemberAdded {
        userId
        signInLink
        linkExpiresAt
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const createTokenDocument = graphql(`
  mutation CreateApiToken($name: String!, $scope: TokenScope!, $expiresAt: DateTime) {
    it: createApiToken(name: $name, scope: $scope, expiresAt: $expiresAt) {
      __typename
      ... on TokenCreated {
        secret
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const revokeTokenDocument = graphql(`
  mutation RevokeApiToken($id: ID!) {
    it: revokeApiToken(id: $id) {
      __typename
      ... on AccountChanged {
        done
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const passwordDocument = graphql(`
  mutation SetPassword($current: String, $new: String!) {
    it: setPassword(current: $current, new: $new) {
      __typename
      ... on AccountChanged {
        done
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const createInboundDocument = graphql(`
  mutation CreateInboundAddress($source: ContactSource!, $campaignId: ID) {
    it: createInboundAddress(source: $source, campaignId: $campaignId) {
      __typename
      ... on InboundAddressCreated {
        url
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const revokeInboundDocument = graphql(`
  mutation RevokeInboundAddress($addressId: ID!) {
    it: revokeInboundAddress(addressId: $addressId) {
      __typename
      ... on InboundAddressRevoked {
        addressId
      }
      ... on Refusal {
        message
      }
    }
  }
`);
