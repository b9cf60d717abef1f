import { describe, expect, it } from 'vitest';
import { ruleName } from './rules';

describe('a rule is called by what it is about', () => {
  it('says whose it is', () => {
    expect(ruleName('US-NJ.CONTENT')).toBe('New Jersey: what the words must say');
    expect(ruleName('US.CONSENT')).toBe('Federal law: written consent');
    expect(ruleName('HOUSE.INTERVAL')).toBe('House rule: contacted too recently');
    expect(ruleName('CAMPAIGN.END')).toBe('This campaign: the end has come');
  });
  it('reads figures out of names', () => {
    expect(ruleName('US-OR.CAP.24H')).toBe('Oregon: attempts in 24 hours');
    expect(ruleName('US-NY.EMERGENCY.DECLARED')).toBe('New York: emergency');
    expect(ruleName('US-TX.PERMIT.DEVICE')).toBe('Texas: permit for a dialing device');
  });
  it('names the list that holds a number', () => {
    expect(ruleName('LIST.state_dnc.TX')).toBe('On the list state dnc TX');
    expect(ruleName('LIST')).toBe('Do-not-call lists');
  });
});
