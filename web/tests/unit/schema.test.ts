import { readFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';

test('the types are those of the contract: `npm run schema` renews them', async () => {
  const contract = new URL('../../../infra/openapi.yaml', import.meta.url);
  const types = new URL('../../src/api/schema.d.ts', import.meta.url);
  const made = astToString(await openapiTS(contract));
  expect(readFileSync(types, 'utf8')).toContain(made);
});
