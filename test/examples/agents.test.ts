import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { dagmar, expectNothingLeft } from '../cli/spawned-dagmar.ts'

const plan = fileURLToPath(new URL('../../examples/agents.yaml', import.meta.url))

describe('the example with three agents', () => {
  it('gives the task of the one that hangs, and that of the one without tokens, to the slow one', async () => {
    const { code, stdout } = await dagmar(['run', plan, '--json']).ended
    expect(code).toBe(0)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { type: string; taskId?: string; agentId?: string; outputs?: object },
      )
    const granted = lines.filter(({ type }) => type === 'task.dispatched')
    expect(granted.map(({ taskId, agentId }) => [taskId, agentId])).toEqual([
      ['outline', 'dozer'],
      ['outline', 'plodder'],
      ['beginning', 'spender'],
      ['end', 'plodder'],
      ['review', 'plodder'],
    ])
    expect(lines.filter(({ taskId }) => taskId === 'outline').map(({ type }) => type)).toEqual(
      expect.arrayContaining(['task.stalled', 'task.stopping', 'task.retrying', 'task.completed']),
    )
    expect(lines.at(-1)?.outputs).toEqual({
      outline: 'plodder: Outline a story about a lighthouse. (0 lines)',
      beginning: 'spender: Write the beginning of the story.',
      end: 'plodder: Write the end of the story. (3 lines)',
      review: 'plodder: Say what is wrong with spender: Write the beginning of the story. (2 lines)',
    })
    await expectNothingLeft()
  })

  it('is told, with who did what at the end', async () => {
    const { stdout } = await dagmar(['run', plan]).ended
    expect(stdout).toContain('warning: It has used more than its agent spender may spend today.')
    expect(stdout).toContain(
      'agents:\n  dozer failed outline\n  plodder did outline, end, review\n  spender did beginning\n',
    )
  })
})
