// Read by the plugin and by svelte-check.
export default {
  compilerOptions: {
    runes: true,
    // The name is on every element that the styles of its component concern: the shorter, the fewer bytes.
    cssHash: ({ name }) => `_${name}`,
  },
};
