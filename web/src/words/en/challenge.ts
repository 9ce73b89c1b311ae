export default {
  heading: 'Are you a person?',
  loading: 'The check is loading…',
  done: 'Checked.',
  unreachable: 'The check could not be loaded. A blocker of scripts, or the connection, may be in its way: allow challenges.cloudflare.com here, or sign in instead.',
  failed: 'The check did not work. Try it once more, or in another browser.',
};
