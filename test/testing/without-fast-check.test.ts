import { expect, it, vi } from 'vitest'
import { anyPlan, checkDag, formatReport } from '../../src/testing.ts'
import { dag } from '../../src/index.ts'

vi.mock('fast-check', () => {
  throw new Error('there is no such package')
})

const said =
  'fast-check is not there: arbitraries, laws and models are made with it. Install it beside dagmar: npm install --save-dev fast-check.'
const shop = dag('shop', { timeout: '1h' }).task('build', () => 1)

it('says the same whatever of fast-check was wanted first', async () => {
  expect(() => anyPlan()).toThrow(expect.objectContaining({ code: 'PEER_MISSING', message: said }))
  await expect(checkDag(shop, { runs: 1 })).rejects.toThrow(
    expect.objectContaining({ code: 'PEER_MISSING', message: said }),
  )
})

it('has the report of a check say what to install, in lines that fit', async () => {
  const lines = formatReport(await checkDag(shop), { columns: 50 })
  expect(lines.join(' ')).toContain(`Nothing was tried at random. ${said}`)
  expect(lines.filter((line) => line.length > 50)).toEqual([])
})
