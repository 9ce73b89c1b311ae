// Read by the plugin and by svelte-check.
export default { compilerOptions: { runes: true } };
