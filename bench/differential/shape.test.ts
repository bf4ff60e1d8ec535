/** What of a line is compared, and what is not. */
import { expect, it } from 'vitest';
import { namesOf, shapeOf, shapesOf, spoken } from './shape.ts';

const names = namesOf('irc.test', 7);

it('puts the names of the case into a line', () => {
  expect(spoken('KICK #c YOU,NOBODY :ME was here, SERVER', names)).toBe(
    'KICK #ch0007 yu0007,no0007 :ma0007 was here, irc.test',
  );
  expect(spoken('NAMES #none,#none2', names)).toBe('NAMES #none0007,#none00072');
  expect(spoken('NICK MEx', names)).toBe('NICK ma0007x');
  expect(spoken('TIME SETNAME', names)).toBe('TIME SETNAME');
});

it.each([
  [':irc.test 331 ma0007 #ch0007 :No topic is set', '331 ME #c text'],
  [':irc.test 331 ma0007 #CH0007 :No topic', '331 ME #c text'],
  [':irc.test 461 ma0007 JOIN :Missing', '461 ME JOIN text'],
  [':irc.test 324 ma0007 #ch0007 :+nt', '324 ME #c +nt'],
  [':irc.test 329 ma0007 #ch0007 1700000000', '329 ME #c N'],
  [':irc.test 353 ma0007 = #ch0007 :ma0007 @yu0007', '353 ME = #c ME,@YOU'],
  [':irc.test 302 ma0007 :yu0007=+~u@host.test', '302 ME YOU=+host'],
  [':irc.test 302 ma0007 :yu0007*=-u@127.0.0.1', '302 ME YOU*=-host'],
  [':irc.test 311 ma0007 yu0007 ~u host.test * :A name', '311 ME YOU ? ? * text'],
  [':irc.test 351 ma0007 some-1.0 irc.test :text', '351 ME ? SERVER text'],
  [':ma0007!~u@host.test JOIN :#ch0007', ':ME JOIN #c'],
  ['@time=1;x=y :yu0007!u@h PRIVMSG ma0007 :two words', ':YOU PRIVMSG ME text'],
  [':ma0007!u@h NICK :ma0007x', ':ME NICK MEx'],
  [':ma0007!u@h MODE #ch0007 +b ma0007!*@*', ':ME MODE #c +b ME!*@*'],
  [':irc.test 730 ma0007 :yu0007!u@h', '730 ME YOU'],
  ['ERROR :Closing link: bye', 'ERROR text'],
  [':irc.test 372 ma0007 :- whatever', '372'],
])('%s has the shape %s', (line, shape) => {
  expect(shapeOf(line, names)).toBe(shape);
});

it.each([
  [':irc.test 353 ma0007 = #ch0012 :@ma0012'],
  [':ma0251!u@h WALLOPS :hello'],
  [':irc.test 252 ma0007 3 :operators online'],
  [''],
])('has nothing to do with the case: %s', (line) => {
  expect(shapeOf(line, names)).toBeNull();
});

it('says each shape once, in an order of its own', () => {
  const lines = [':irc.test 372 ma0007 :b', ':irc.test 301 ma0007 yu0007 :gone', ':irc.test 372 ma0007 :a'];
  expect(shapesOf(lines, names)).toEqual(['301 ME YOU text', '372']);
});
