/** What the sign-in page says. */
export const messages = {
  title: 'Sign in to Signalbox',
  token: 'Access token',
  hint: 'The host printed it when it started, and keeps it in the file “token” of its data directory.',
  name: 'Your name (optional)',
  nameHint: 'The audit trail and bans call you by it.',
  submit: 'Sign in',
  failures: {
    'wrong-token': {
      title: 'This token is not accepted',
      hint: 'Copy the whole token from the host’s output, without spaces or quotes.',
    },
    'bad-name': {
      title: 'This name cannot be used',
      hint: 'Take letters, digits, spaces, dots, dashes and underscores, and begin with a letter or digit.',
    },
    'too-many-tries': { title: 'Too many tries', hint: 'Wait a minute, then try again.' },
    unreachable: {
      title: 'The host did not answer',
      hint: 'Check that it is still running, then try again.',
    },
  },
};
