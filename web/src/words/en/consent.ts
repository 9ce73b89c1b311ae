/** What somebody agrees to before a picture leaves the device, and to whom it goes. */
export default {
  own: 'I agree that this picture is checked and drawn as the policy says. It is of me, or I may use it.',
  named: (names: string) => `I agree that this picture is sent to ${names}, and to nobody else, to be checked and drawn. It is of me, or I may use it.`,
  fault: 'Your consent is needed first.',
};
