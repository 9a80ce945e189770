import { describe, it } from 'mocha';
import { copiesLink, goesBackToMoment, refusesHostileLinks } from './moments';

describe('a moment of a run', () => {
  it('is gone back to by F5 on its file', goesBackToMoment);
  it('is copied as a link', copiesLink);
  it('starts nothing where a link or file asks for more', refusesHostileLinks);
});
