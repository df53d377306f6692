import { toJsonSchema } from '@valibot/to-json-schema'
import { describe, expect, it } from 'vitest'
import { planSchema } from '../../src/plan-file/plan-schema.ts'

describe('the schema file in the package', () => {
  // `npm run schema` writes it.
  it('is made from what the reader checks plans by', async () => {
    // What a check asks for is said by a pattern beside it, as far as a schema can say it.
    const schema = toJsonSchema(planSchema, { target: 'draft-07', ignoreActions: ['check', 'finite'] })
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../schema/plan.schema.json')
  })
})
