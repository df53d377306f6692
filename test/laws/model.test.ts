import { describe } from 'vitest'
import { anyHandleCase, runModelCommands } from '../../src/testing/model/handle-model.ts'
import { law } from './law.ts'

describe('the handle of a run', () => {
  law('does, says and refuses what a plain model of it does', anyHandleCase(), async (given) => {
    await runModelCommands(given)
    return []
  })
})
