import { PassThrough } from 'node:stream'
import type { Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Output } from '../../src/executors/process/output.ts'

/** What is heard and what is output, of a stdout that comes in these chunks; messages that say `no` are refused. */
async function outcomeOf(
  chunks: readonly Buffer[],
): Promise<{ readonly events: readonly string[]; output: unknown }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const events: string[] = []
  const output = new Output({
    tell: (text) => void events.push(...text.split('\n').map((line) => `output ${line}`)),
    tellUnended: () => undefined,
    hear: (said) => {
      return said.includes('no') ? undefined : () => void events.push(`heard ${said}`)
    },
    beat: () => undefined,
    log: () => undefined,
  })
  output.read(stdout as unknown as Socket, stderr as unknown as Socket)
  stderr.end()
  for (const chunk of chunks) {
    stdout.write(chunk)
    // Each as a chunk of its own.
    await new Promise(setImmediate)
  }
  stdout.end()
  await new Promise((resolve) => output.finish(resolve))
  return { events, output: output.kept.stdout().output }
}

const line = fc.oneof(
  fc.constantFrom(
    '::dagmar heartbeat',
    '::dagmar progress 40 ü',
    '::dagmar no',
    '::dagmar',
    '::dagmarx',
    ' ::dagmar warn x',
  ),
  fc.constantFrom(
    '50%\r::dagmar warn x',
    '::',
    '',
    '::dagmar warn x\r',
    'é::dagmar warn x',
    '::dagmar output {"a":1}',
  ),
  fc.string({ unit: fc.constantFrom('::dagmar', ' ', ':', 'é', '\r', 'a', '\u001b[1m') }),
)
const stream = fc.tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('', '\n'))

describe('the lines that a command speaks', () => {
  it('are the same ones, wherever the chunks of its output begin and end', async () => {
    await fc.assert(
      fc.asyncProperty(stream, fc.array(fc.nat(40), { maxLength: 20 }), async ([lines, end], sizes) => {
        const bytes = Buffer.from(lines.join('\n') + end)
        const chunks: Buffer[] = []
        let from = 0
        for (const size of sizes) chunks.push(bytes.subarray(from, (from += size)))
        chunks.push(bytes.subarray(from))
        const whole = await outcomeOf([bytes])
        const cut = await outcomeOf(chunks)
        expect(cut).toEqual(whole)
        const spoken = lines.filter((text) => /^::dagmar(?:[ \t\r]|$)/.test(text) && !text.includes('no'))
        expect(whole.events.filter((event) => event.startsWith('heard'))).toHaveLength(spoken.length)
      }),
      { numRuns: 60 },
    )
  })

  it('leave everything else where it was', async () => {
    const text = 'a\n::dagmar heartbeat\nb\n::dagmar warn x\n::dagmar no\nc'
    expect(await outcomeOf([Buffer.from(text)])).toEqual({
      events: ['output a', 'heard  heartbeat', 'output b', 'heard  warn x', 'output ::dagmar no', 'output c'],
      output: 'a\nb\n::dagmar no\nc',
    })
  })

  it('are output where they are too long to be held, and so is what follows in that line', async () => {
    const long = `::dagmar warn ${'x'.repeat(65_536)}`
    const { events, output } = await outcomeOf([Buffer.from(`${long}\n::dagmar heartbeat\n`)])
    expect(events.filter((event) => event.startsWith('heard'))).toEqual(['heard  heartbeat'])
    expect(output).toBe(long)
    // Where the part that is held ends, a line begins that is none.
    const part = `${'x'.repeat(65_536)}::dagmar heartbeat`
    expect(await outcomeOf([Buffer.from(part)])).toMatchObject({ output: part })
  })

  it('are looked for in one pass over a stream of nothing else', async () => {
    const many = Buffer.from('::dagmar no\n'.repeat(200_000))
    const before = performance.now()
    await outcomeOf([many])
    expect(performance.now() - before).toBeLessThan(5_000)
  })
})
