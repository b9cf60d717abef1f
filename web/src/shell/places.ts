// The places that a person may go to, by what they may do.
import type { Permissions } from './viewer';

export interface Place {
  name: string;
  path: string;
  words: string;
}

export function placesFor(may: Permissions): Place[] {
  const places: Place[] = [
    { name: 'Campaigns', path: '/agent/campaigns', words: 'All campaigns and where they stand' },
    { name: 'Results', path: '/agent/results', words: 'How all campaigns go, side by side and over time' },
    { name: 'Contacts', path: '/agent/crm/contacts', words: 'Everyone you may call' },
    { name: 'Imports', path: '/agent/crm/imports', words: 'Lists that were taken in, and undoing them' },
  ];
  if (may.mayAudit) places.push({ name: 'Audit', path: '/audit', words: 'The whole history of a contact' });
  places.push({ name: 'Settings', path: '/settings', words: 'Account, members, rules and rates' });
  return places;
}

/** What the palette offers beside the places. */
export function actionsFor(may: Permissions): Place[] {
  const actions: Place[] = [];
  if (may.mayWrite) {
    actions.push({ name: 'New campaign', path: '/agent/campaigns/new', words: 'Set up in eight steps' });
  }
  if (may.mayAdminister) {
    actions.push(
      { name: 'Members', path: '/settings/members', words: 'Let people in or out' },
      { name: 'States', path: '/settings/states', words: 'Where voicemails may go' },
      { name: 'Suppression', path: '/settings/suppression', words: 'Numbers that must not be contacted' },
      {
        name: 'Notifications',
        path: '/settings/notifications',
        words: 'Who is told when a campaign has ended',
      },
    );
  }
  actions.push({ name: 'Account', path: '/settings/account', words: 'Password and API tokens' });
  return actions;
}
