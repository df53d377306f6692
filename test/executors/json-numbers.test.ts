import { command, createRuntime, dag, logic, processExecutor } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { fromPromise } from 'xstate'
import { jsonView } from '../../src/cli/view/json-view.ts'
import { survives } from '../../src/executors/process/read-json.ts'
import { expectNothingLeft } from './commands.ts'

expectNothingLeft()

const written = '{"id": 1234567890123456789, "price": 1.10, "far": 1e400, "zero": -0, "text": "1e400"}'
const prints = (json: string) => command(`printf '%s\\n' "$JSON"`, { env: { JSON: json } })

async function ran(work: ReturnType<typeof dag>) {
  await using runtime = createRuntime({ executors: { process: processExecutor() } })
  const run = runtime.dispatch(work)
  const warnings: string[] = []
  const lines: string[] = []
  const view = jsonView(
    {
      columns: 80,
      rows: 24,
      isClogged: false,
      isBehind: false,
      onResize: () => () => undefined,
      write: (text) => lines.push(text),
    },
    {
      columns: 80,
      rows: 24,
      isClogged: false,
      isBehind: false,
      onResize: () => () => undefined,
      write: () => undefined,
    },
  )
  run.events$.subscribe((fact) => {
    if (fact.type === 'task.warned') warnings.push(`${fact.taskId}: ${fact.message}`)
    view.see(fact)
  })
  const result = await run.result
  view.end(result)
  return { result, warnings, lines }
}

describe('numbers in the output of a command', () => {
  it('come to further commands as they were written, with a layout of several lines', async () => {
    const { result, warnings } = await ran(
      dag('numbers')
        .task('id', prints(written))
        .task('pretty', prints('{\n  "ok": [1.0,\n 5e0]\n}'))
        .task('show', { needs: ['id', 'pretty'] }, command('printf "%s" "seen: $DAGMAR_INPUTS"')),
    )
    const outputs = result.outputs as Readonly<Record<string, unknown>>
    expect(outputs['show']).toBe(`seen: {"id":${written},"pretty":{\n  "ok": [1.0,\n 5e0]\n}}`)
    expect(outputs['pretty']).toEqual({ ok: [1, 5] })
    expect(warnings).toEqual([])
  })

  it('come to a handler as JavaScript reads them, with a warning where that is another number', async () => {
    const seen: unknown[] = []
    const { warnings } = await ran(
      dag('numbers')
        .task('id', prints(written))
        .task('fine', prints('{"price": 1.10, "count": 100, "share": 0.1, "large": 1e21}'))
        .task('blind', { needs: ['id'] }, async () => 'looks at nothing')
        .task('reads', { needs: ['id', 'fine'] }, async ({ inputs }) => {
          seen.push(inputs['id'])
        }),
    )
    expect(seen).toEqual([{ id: 1234567890123456800, price: 1.1, far: Infinity, zero: -0, text: '1e400' }])
    expect(warnings).toEqual([
      "reads: The output of 'id' has the number 1234567890123456789, which is 1234567890123456800 here. Commands get it as it was written; written as a text, it is the same everywhere.",
    ])
  })

  it('come to actor logic with the same warning', async () => {
    const { warnings } = await ran(
      dag('numbers')
        .task('id', prints('[0.1234567890123456789]'))
        .task(
          'reads',
          { needs: ['id'] },
          logic(
            fromPromise(async ({ input }: { input: unknown }) => input),
            ({ inputs }) => inputs,
          ),
        ),
    )
    expect(warnings).toEqual([
      expect.stringContaining('has the number 0.1234567890123456789, which is 0.1234'),
    ])
  })

  it('stand in JSON lines as they were written, each fact on a line of its own', async () => {
    const { lines } = await ran(dag('numbers').task('id', prints(`{\n"id": 1234567890123456789\n}`)))
    const completed = lines.find((line) => line.includes('task.completed'))!
    expect(completed).toContain('"output":{ "id": 1234567890123456789 }')
    expect(lines.at(-1)).toContain('"outputs":{"id":{ "id": 1234567890123456789 }}')
    for (const line of lines) expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(lines.map((line) => JSON.parse(line) as { type: string }).at(-1)!.type).toBe('result')
  })
})

describe('a number', () => {
  it.each(['0', '-0', '1.10', '1e3', '1E+3', '100', '0.1', '5e-324', '1e21', '0e999999'])(
    '%s is the same in JavaScript',
    (number) => expect(survives(number)).toBe(true),
  )

  it.each(['9007199254740993', '1e400', '1e-400', '-1e999', '0.1234567890123456789', `1${'0'.repeat(400)}`])(
    '%s is another one there',
    (number) => expect(survives(number)).toBe(false),
  )
})
