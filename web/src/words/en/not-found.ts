export default {
  title: 'Not found',
  heading: 'There is no such page',
  text: 'The address may be mistyped, or what was there is gone.',
};
